import { afterEach, expect, test, vi } from "vitest";
import { exclusively } from "./exclusive";

function install(request: LockManager["request"]) {
  Object.defineProperty(navigator, "locks", { value: { request }, configurable: true });
}

afterEach(() => void Reflect.deleteProperty(navigator, "locks"));

test("where the browser forbids locks, the work is done all the same", async () => {
  install(vi.fn().mockRejectedValue(new DOMException("denied", "SecurityError")));
  await expect(exclusively("name", async () => "done")).resolves.toBe("done");
});

test("work that fails under a lock is not done again", async () => {
  install(vi.fn((_name: string, work: () => Promise<unknown>) => work()) as LockManager["request"]);
  const work = vi.fn().mockRejectedValue(new Error("away"));
  await expect(exclusively("name", work)).rejects.toThrow("away");
  expect(work).toHaveBeenCalledOnce();
});
