import { useState } from "react";
import { t } from "../../i18n";
import { changeMe, useMe } from "../../state/session";
import { Avatar } from "../../ui/Avatar";
import { Button } from "../../ui/Button";
import { Field, Input } from "../../ui/Field";
import { FormProblem } from "../../ui/FormProblem";
import { useSubmit } from "../../ui/useSubmit";
import { DeleteAccount } from "./DeleteAccount";
import { Email } from "./Email";
import { Section } from "./Section";
import { tellSaved } from "./saved";

export default function Profile() {
  return (
    <>
      <Names />
      <Email />
      <DeleteAccount />
    </>
  );
}

const NAME_CHARS = 64;

function Names() {
  const me = useMe();
  const [name, setName] = useState(me.display_name);
  const { busy, submit, wrong, problem } = useSubmit(["display_name"], async () => {
    await changeMe({ display_name: name.trim() });
    setName(name.trim());
    tellSaved();
  });
  const changed = name.trim() !== me.display_name;
  return (
    <Section title={t("settings.you")}>
      <div className="mb-5 flex items-center gap-3.5">
        <Avatar user={me} />
        <dl className="min-w-0 text-sm">
          <dt className="text-ink-2">{t("auth.username")}</dt>
          <dd className="truncate">
            <span className="font-medium">@{me.username}</span>{" "}
            <span className="text-ink-2">{t("settings.username_fixed")}</span>
          </dd>
        </dl>
      </div>
      <form onSubmit={submit} noValidate className="grid max-w-sm gap-4">
        <Field
          label={t("auth.display_name")}
          hint={t("settings.display_name_hint")}
          error={wrong("display_name")}
        >
          <Input
            name="display_name"
            autoComplete="name"
            maxLength={NAME_CHARS}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <FormProblem text={problem} />
        <Button type="submit" busy={busy} disabled={!changed && !busy} className="justify-self-start">
          {t("settings.save")}
        </Button>
      </form>
    </Section>
  );
}
