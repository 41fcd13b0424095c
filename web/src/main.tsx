import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { useLocale } from "./i18n";
import { queryClient } from "./queries";
import { router } from "./routes";
import { Announcer } from "./shell/Announcer";
import { start } from "./state/start";
import { TooltipHost } from "./ui/Tooltip";
import { Toaster } from "./ui/toast";
import "./styles/base.css";

// The browser hides the attribute from scripts but not the property; Base UI puts it on the styles it makes.
const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce;

function App() {
  const locale = useLocale();
  return (
    <CSPProvider {...(nonce ? { nonce } : {})}>
      <QueryClientProvider client={queryClient}>
        {/* `t` is no hook: another language draws everything anew. */}
        <RouterProvider key={locale} router={router} />
        <TooltipHost />
        <Toaster />
        <Announcer />
      </QueryClientProvider>
    </CSPProvider>
  );
}

start();
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
