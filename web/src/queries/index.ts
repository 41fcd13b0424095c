export * from "./account";
export { queryClient } from "./client";
export * from "./invites";
export * from "./members";
