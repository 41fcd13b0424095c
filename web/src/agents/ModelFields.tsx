import type { Model, ModelList } from "../gen/api";
import { formatMoney, type Key, problemText, t } from "../i18n";
import { useModels } from "../queries/library";
import { Field, Input } from "../ui/Field";
import { Select } from "../ui/Select";
import { type Box, ignored, modelIn, type Texts, waysToThink } from "./settings";

type ModelFieldsProps = {
  texts: Texts;
  onChange: (texts: Texts) => void;
  wrong: readonly Box[];
  may: "look" | "set";
  /** Who decides what is left open here. */
  unset: string;
};

const numbers: { box: Exclude<Box, "budget">; label: Key; range: Key }[] = [
  { box: "temperature", label: "ai.temperature", range: "ai.temperature_hint" },
  { box: "top_p", label: "ai.top_p", range: "ai.top_p_hint" },
  { box: "max_tokens", label: "ai.max_tokens", range: "ai.max_tokens_hint" },
];

/** A model and how it is to answer, with what the model does not heed shown as such. */
export function ModelFields({ texts, onChange, wrong, may, unset }: ModelFieldsProps) {
  const { data: list, error } = useModels();
  const model = list && modelIn(list, texts.model);
  const unheeded = ignored(model, texts.thinking);
  const disabled = may === "look";
  const numberBox = (box: Box, label: string, hint: string) => (
    <Field
      key={box}
      label={label}
      hint={box !== "budget" && unheeded.has(box) ? t("ai.ignored") : hint}
      error={wrong.includes(box) ? hint : undefined}
    >
      <Input
        inputMode="decimal"
        autoComplete="off"
        placeholder={unset}
        disabled={disabled}
        value={texts[box]}
        onChange={(event) => onChange({ ...texts, [box]: event.target.value })}
      />
    </Field>
  );

  return (
    <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
      <Field
        label={t("ai.model")}
        hint={error ? problemText(error) : about(list, model)}
        className="min-w-0 sm:col-span-2"
      >
        <Select
          value={texts.model}
          onValueChange={(name) => onChange({ ...texts, model: name })}
          disabled={disabled}
          options={[{ value: "", label: unset }, ...modelOptions(list, texts.model)]}
        />
      </Field>
      {numbers.map(({ box, label, range }) => numberBox(box, t(label), t(range)))}
      <Field label={t("ai.thinking")} hint={unheeded.has("thinking") ? t("ai.ignored") : undefined}>
        <Select
          value={texts.thinking}
          onValueChange={(thinking) => onChange({ ...texts, thinking })}
          disabled={disabled}
          options={[
            { value: "", label: unset },
            ...waysToThink(model, texts.thinking).map((way) => ({
              value: way,
              label: t(`ai.thinking_${way}`),
            })),
          ]}
        />
      </Field>
      {texts.thinking === "budget" && numberBox("budget", t("ai.budget"), t("ai.budget_hint"))}
    </div>
  );
}

/** By provider; what is set stays in sight where nobody lists it (any more). */
function modelOptions(list: ModelList | undefined, chosen: string) {
  const known = list?.providers.map(({ name, models }) => ({
    group: name,
    options: models.map((model) => ({ value: model.name, label: shortName(model.name) })),
  }));
  const isListed =
    chosen === "" || known?.some(({ options }) => options.some(({ value }) => value === chosen));
  return [...(known ?? []), ...(isListed ? [] : [{ value: chosen, label: chosen }])];
}

function shortName(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}

/** What a model costs, and whether it answers now. */
function about(list: ModelList | undefined, model: Model | undefined): string {
  if (!list) return t("ai.models_loading");
  if (!model) return t("ai.model_default", { model: list.default });
  const { price, is_resting } = model;
  const cost = price
    ? t("ai.price", { input: formatMoney(price.input), output: formatMoney(price.output) })
    : t("ai.price_unknown");
  return is_resting ? `${cost} ${t("ai.resting")}` : cost;
}
