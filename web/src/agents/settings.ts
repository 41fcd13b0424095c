import type { Model, ModelList, ModelSettings, Thinking, ThinkingLevel } from "../gen/api";

/** What a form has in its boxes; empty where it is left to whoever decides next. */
export type Texts = {
  model: string;
  temperature: string;
  top_p: string;
  max_tokens: string;
  thinking: ThinkingLevel | "budget" | "";
  budget: string;
};

/** A box with a number in it. */
export type Box = "temperature" | "top_p" | "max_tokens" | "budget";

export const LEVELS: readonly ThinkingLevel[] = ["minimal", "low", "medium", "high"];

export function textsOf({ model, temperature, top_p, max_tokens, thinking }: ModelSettings): Texts {
  const text = (number: number | null | undefined) => (number == null ? "" : String(number));
  return {
    model: model ?? "",
    temperature: text(temperature),
    top_p: text(top_p),
    max_tokens: text(max_tokens),
    thinking: thinking == null ? "" : "level" in thinking ? thinking.level : "budget",
    budget: thinking != null && "budget" in thinking ? String(thinking.budget) : "",
  };
}

/** The settings that the boxes ask for, or those in which no such number stands. */
export function read(texts: Texts): { settings: ModelSettings; wrong: Box[] } {
  const wrong: Box[] = [];
  const number = (box: Box, fits: (number: number) => boolean) => {
    const text = texts[box].trim().replace(",", ".");
    if (text === "") return undefined;
    const value = Number(text);
    if (Number.isFinite(value) && fits(value)) return value;
    wrong.push(box);
    return undefined;
  };
  const temperature = number("temperature", (value) => value >= 0 && value <= 2);
  const top_p = number("top_p", (value) => value > 0 && value <= 1);
  const max_tokens = number("max_tokens", (value) => Number.isSafeInteger(value) && value > 0);
  const thinking = thinkingOf(texts, () =>
    number("budget", (value) => Number.isSafeInteger(value) && value >= 0),
  );
  if (texts.thinking === "budget" && texts.budget.trim() === "") wrong.push("budget");
  const settings = {
    ...(texts.model && { model: texts.model }),
    ...(temperature !== undefined && { temperature }),
    ...(top_p !== undefined && { top_p }),
    ...(max_tokens !== undefined && { max_tokens }),
    ...(thinking && { thinking }),
  };
  return { settings, wrong };
}

function thinkingOf({ thinking }: Texts, read: () => number | undefined): Thinking | undefined {
  if (thinking === "") return undefined;
  if (thinking !== "budget") return { level: thinking };
  const budget = read();
  return budget === undefined ? undefined : { budget };
}

/** A bare name is one of the first provider's. */
export function modelIn({ providers }: ModelList, name: string): Model | undefined {
  const whole = name.includes("/") ? name : `${providers[0]?.name}/${name}`;
  return providers.flatMap(({ models }) => models).find((model) => model.name === whole);
}

/** What a model does not heed, and is therefore not sent. Of a model that nobody knows nothing is said. */
export function ignored(model: Model | undefined, thinking: Texts["thinking"]): Set<Box | "thinking"> {
  const boxes = new Set<Box | "thinking">();
  if (!model) return boxes;
  if (!model.temperature) boxes.add("temperature");
  if (!model.top_p) boxes.add("top_p");
  const thinks =
    thinking === "budget" ? model.thinking_budget : model.thinking_levels.some((level) => level === thinking);
  const canThink = model.thinking_budget || model.thinking_levels.length > 0;
  if (thinking === "" ? !canThink : !thinks) boxes.add("thinking");
  return boxes;
}

/** The ways to think that a model knows, and the one that is chosen, whether it does or not. */
export function waysToThink(
  model: Model | undefined,
  chosen: Texts["thinking"],
): Exclude<Texts["thinking"], "">[] {
  const all = [...LEVELS, "budget"] as const;
  if (!model) return [...all];
  return all.filter(
    (way) =>
      way === chosen ||
      (way === "budget" ? model.thinking_budget : model.thinking_levels.some((level) => level === way)),
  );
}
