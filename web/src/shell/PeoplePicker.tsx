import { Combobox } from "@base-ui/react/combobox";
import { X } from "lucide-react";
import { useDeferredValue, useId, useState } from "react";
import type { User } from "../gen/api";
import { t } from "../i18n";
import { usePeopleSearch } from "../queries";
import { useMe } from "../state/session";
import { Avatar } from "../ui/Avatar";
import { cx } from "../ui/cx";

/** The server refuses shorter queries. */
const QUERY_CHARS = 2;

type PeoplePickerProps = {
  value: readonly User[];
  onValueChange: (people: User[]) => void;
  label: string;
  hint: string;
  error?: string | undefined;
};

/** Finds people by the beginning of a name, and keeps the chosen ones in the box. */
export function PeoplePicker({ value, onValueChange, label, hint, error }: PeoplePickerProps) {
  const me = useMe();
  const id = useId();
  const [query, setQuery] = useState("");
  const wanted = useDeferredValue(query.trim());
  const { data, isFetching } = usePeopleSearch(wanted);
  const found = (data ?? []).filter((user) => user.kind === "person" && user.id !== me.id);
  const status = statusText(wanted, found.length, isFetching);

  return (
    <Combobox.Root
      multiple
      filter={null}
      items={found}
      value={[...value]}
      onValueChange={(people) => {
        onValueChange(people);
        setQuery("");
      }}
      inputValue={query}
      onInputValueChange={setQuery}
      itemToStringLabel={(user: User) => user.display_name}
      isItemEqualToValue={(a: User, b: User) => a.id === b.id}
      autoHighlight
    >
      <div className="flex flex-col gap-1.5">
        <label htmlFor={id} className="font-medium text-sm">
          {label}
        </label>
        <Combobox.InputGroup
          className={cx(
            "flex min-h-9 w-full cursor-text items-center rounded-sm border bg-surface p-1 focus-within:border-accent focus-within:outline-2 focus-within:outline-accent focus-within:-outline-offset-1",
            error ? "border-err" : "border-edge hover:border-ink-2",
          )}
        >
          <Combobox.Chips className="flex w-full flex-wrap gap-1">
            {value.map((user) => (
              <Combobox.Chip
                key={user.id}
                aria-label={user.display_name}
                className="flex h-7 items-center gap-1.5 rounded-full bg-hover pr-1 pl-1 text-sm outline-accent focus-within:outline-2 pointer-coarse:h-9"
              >
                <Avatar user={user} size="xs" />
                <span className="max-w-40 truncate">{user.display_name}</span>
                <Combobox.ChipRemove
                  aria-label={t("new_chat.remove", { name: user.display_name })}
                  className="grid size-5 cursor-pointer place-items-center rounded-full text-ink-2 hover:bg-hover hover:text-ink pointer-coarse:size-8"
                >
                  <X aria-hidden="true" className="size-3.5" />
                </Combobox.ChipRemove>
              </Combobox.Chip>
            ))}
            <Combobox.Input
              id={id}
              // Base UI hides the label from assistive technology while the list is open.
              aria-label={label}
              aria-describedby={`${id}-hint`}
              placeholder={value.length === 0 ? t("new_chat.people_sample") : ""}
              autoCapitalize="none"
              autoCorrect="off"
              spellCheck={false}
              aria-invalid={error !== undefined}
              className="h-7 min-w-24 flex-1 bg-transparent px-2 outline-none placeholder:text-ink-2 pointer-coarse:h-9"
            />
          </Combobox.Chips>
        </Combobox.InputGroup>
        {error ? (
          <p id={`${id}-hint`} className="text-[13px] text-err leading-snug">
            {error}
          </p>
        ) : (
          <p id={`${id}-hint`} className="text-[13px] text-ink-2 leading-snug">
            {hint}
          </p>
        )}
      </div>
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={4} collisionPadding={8} className="z-50 outline-none">
          <Combobox.Popup
            aria-busy={isFetching}
            className="max-h-[min(var(--available-height),18rem)] w-(--anchor-width) overflow-y-auto overscroll-contain rounded-md border border-line bg-surface p-1.5 shadow-pop"
          >
            <Combobox.Status className="px-2 py-1.5 text-ink-2 text-sm empty:hidden">
              {status}
            </Combobox.Status>
            <Combobox.List>
              {(user: User) => (
                <Combobox.Item
                  key={user.id}
                  value={user}
                  className="flex min-h-11 cursor-default select-none items-center gap-2.5 rounded-sm px-2 outline-none data-highlighted:bg-hover"
                >
                  <Avatar user={user} size="sm" />
                  <span className="min-w-0 flex-1">
                    <span className="block truncate font-medium text-sm leading-tight">
                      {user.display_name}
                    </span>
                    <span className="block truncate text-ink-2 text-xs">@{user.username}</span>
                  </span>
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
}

function statusText(query: string, found: number, fetching: boolean): string | null {
  if (query.length < QUERY_CHARS) return t("new_chat.type_more");
  if (found > 0) return null;
  return fetching ? t("shell.searching") : t("new_chat.nobody", { query });
}
