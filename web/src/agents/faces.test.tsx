import { renderHook } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { useSign } from "./faces";

const world = vi.hoisted(() => ({ members: [] as object[], asked: false }));
vi.mock("../state/people", () => ({ useMembers: () => world.members }));
vi.mock("../queries/agents", () => ({
  useAgents: ({ enabled }: { enabled: boolean }) => {
    world.asked = enabled;
    return { data: enabled ? [{ id: "cook", username: "cook", avatar: "🍳" }] : undefined };
  },
}));

const member = (username: string, is_bot: boolean) => ({ user_id: username, username, is_bot });
const ada = member("ada", false);
const gem = member("gem", true);

beforeEach(() => {
  world.asked = false;
});

test("a room in which the bot is alone asks for no agents", () => {
  world.members = [ada, gem];
  expect(renderHook(() => useSign("trip", "gem")).result.current).toBeUndefined();
  expect(world.asked).toBe(false);
});

test("where there are several, each has its own sign, and a stranger's private one has none", () => {
  world.members = [ada, gem, member("cook", true), member("secret", true)];
  expect(renderHook(() => useSign("trip", "cook")).result.current).toBe("🍳");
  expect(renderHook(() => useSign("trip", "secret")).result.current).toBeUndefined();
});
