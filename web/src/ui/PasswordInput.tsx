import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, useState } from "react";
import { t } from "../i18n";
import { Input } from "./Field";
import { IconButton } from "./IconButton";

/** A password that its writer may look at: seeing what one types prevents more trouble than dots do. */
export function PasswordInput(props: Omit<ComponentProps<"input">, "type">) {
  const [shown, setShown] = useState(false);
  return (
    <div className="relative">
      <Input
        {...props}
        type={shown ? "text" : "password"}
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        className="pr-11"
      />
      <IconButton
        size="sm"
        label={t(shown ? "shell.hide_password" : "shell.show_password")}
        icon={shown ? <EyeOff /> : <Eye />}
        onClick={() => setShown(!shown)}
        className="absolute top-1/2 right-1 -translate-y-1/2 pointer-coarse:right-0"
      />
    </div>
  );
}
