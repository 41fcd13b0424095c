import { useEffect, useState } from "react";

/** Whole seconds until then, as they pass; never less than one. */
export function useSecondsUntil(then: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(1, Math.ceil((then - now) / 1000));
}
