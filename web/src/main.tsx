import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { registerWorker } from "./pwa/register";
import { watchVersion } from "./pwa/version";
import { queryClient } from "./queries";
import { router } from "./routes";
import { Announcer } from "./shell/Announcer";
import { onNotificationClick } from "./state/notify";
import { start } from "./state/start";
import { TooltipHost } from "./ui/Tooltip";
import { Toaster } from "./ui/toast";
import "./styles/base.css";

// The browser hides the attribute from scripts but not the property; Base UI puts it on the styles it makes.
const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce;

onNotificationClick((chat) => void router.navigate({ to: "/c/$chat", params: { chat } }));

watchVersion();
// Nothing on the way to the first room waits for it.
addEventListener("load", () => void registerWorker());

const root = document.getElementById("root");
void start().then(() => {
  if (!root) return;
  createRoot(root).render(
    <StrictMode>
      <CSPProvider {...(nonce ? { nonce } : {})}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
          <TooltipHost />
          <Toaster />
          <Announcer />
        </QueryClientProvider>
      </CSPProvider>
    </StrictMode>,
  );
});
