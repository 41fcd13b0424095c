import { expect, test } from "vitest";
import type { Model, ModelSettings } from "../gen/api";
import { ignored, modelIn, read, textsOf, waysToThink } from "./settings";

const flash: Model = {
  name: "gemini/flash",
  temperature: true,
  top_p: false,
  thinking_levels: ["low", "high"],
  thinking_budget: false,
  max_tokens: 8192,
  is_resting: false,
};

test("what was set stands in the form, and comes out of it the same", () => {
  const all: ModelSettings[] = [
    {},
    { model: "gemini/flash", temperature: 0, top_p: 0.9, max_tokens: 400, thinking: { level: "high" } },
    { thinking: { budget: 0 } },
  ];
  for (const settings of all) expect(read(textsOf(settings))).toEqual({ settings, wrong: [] });
});

test("a number may be written with a comma", () => {
  expect(read({ ...textsOf({}), temperature: " 0,7 " }).settings).toEqual({ temperature: 0.7 });
});

test("a box with no fitting number in it is said to be wrong", () => {
  const texts = {
    temperature: "2.1",
    top_p: "0",
    max_tokens: "1.5",
    thinking: "budget",
    budget: "",
  } as const;
  expect(read({ ...textsOf({}), ...texts })).toEqual({
    settings: {},
    wrong: ["temperature", "top_p", "max_tokens", "budget"],
  });
});

test("what a model ignores is known, and of an unknown model nothing is claimed", () => {
  expect([...ignored(flash, "high")]).toEqual(["top_p"]);
  expect([...ignored(flash, "budget")]).toEqual(["top_p", "thinking"]);
  expect([...ignored({ ...flash, thinking_levels: [] }, "")]).toEqual(["top_p", "thinking"]);
  expect([...ignored(undefined, "budget")]).toEqual([]);
});

test("only ways to think are offered that the model knows, and the one that is set", () => {
  expect(waysToThink(flash, "")).toEqual(["low", "high"]);
  expect(waysToThink(flash, "budget")).toEqual(["low", "high", "budget"]);
  expect(waysToThink(undefined, "")).toEqual(["minimal", "low", "medium", "high", "budget"]);
});

test("a bare name is one of the first provider's models", () => {
  const list = {
    default: "",
    fallbacks: [],
    providers: [{ name: "gemini", is_listed: true, models: [flash] }],
  };
  expect(modelIn(list, "flash")).toBe(flash);
  expect(modelIn(list, "gemini/flash")).toBe(flash);
  expect(modelIn(list, "other/flash")).toBeUndefined();
});
