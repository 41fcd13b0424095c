import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { api, must } from "../wire/api";
import type { RegistrationMode, ServerLimits } from "../wire/pending";

/** Who may make an account on this server. */
export function useRegistration(): UseQueryResult<RegistrationMode> {
  return useQuery({
    queryKey: ["registration"],
    queryFn: async () => {
      const limits: ServerLimits = await must(api.GET("/api/limits"));
      return limits.registration ?? "open";
    },
  });
}
