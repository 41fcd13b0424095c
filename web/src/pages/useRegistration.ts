import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { Terms } from "../gen/api";
import { api, must } from "../wire/api";

/** Who may make an account on this server. */
export function useRegistration(): UseQueryResult<Terms["registration"]> {
  return useQuery({
    queryKey: ["registration"],
    queryFn: async () => {
      const { registration } = await must(api.GET("/api/limits"));
      return registration;
    },
  });
}
