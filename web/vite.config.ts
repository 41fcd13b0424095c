import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** The server that `npm run dev` talks to. */
const server = process.env["COOP_URL"] ?? "http://localhost:8000";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  // The server puts a fresh nonce here in every answer.
  html: { cspNonce: "__CSP_NONCE__" },
  build: {
    target: "es2023",
    manifest: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 300,
    rolldownOptions: {
      // All of it is there in the first room. Left to itself it falls into ever more small files as pages are added,
      // which pack worse.
      output: { codeSplitting: { groups: [{ name: "state", test: /src\/(wire|i18n|state)\// }] } },
    },
  },
  server: {
    // The server lets in pages of its own origin only, and knows that by `Host`: so it must see the browser's.
    // Vite's short form (`"/api": server`) replaces it, and refresh cookies would be refused.
    proxy: {
      "/api": { target: server, changeOrigin: false },
      "/docs": { target: server, changeOrigin: false },
      "/ws": { target: server, changeOrigin: false, ws: true },
    },
  },
  test: {
    environment: "jsdom",
    // One core less, as is usual, would leave half of a small machine idle.
    maxWorkers: "100%",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
    // A busy machine is slow, and that is no failure.
    testTimeout: 30_000,
    // Its sources are written for a bundler.
    server: { deps: { inline: ["temml"] } },
  },
});
