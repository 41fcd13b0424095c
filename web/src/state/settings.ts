export type Settings = {
  theme: "light" | "dark" | "system";
  locale: "en" | "de" | "system";
  density: "comfy" | "compact";
  enter: "send" | "newline";
  notifications: boolean;
};

export function useSettings(): Settings {
  throw new Error("not yet");
}
export function setSetting<K extends keyof Settings>(_key: K, _value: Settings[K]): void {}
