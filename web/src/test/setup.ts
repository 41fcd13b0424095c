import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";
import { setLocale, withPageTexts } from "../i18n/locale";

// A page that is fetched when it is wanted takes longer than a second on a busy machine.
configure({ asyncUtilTimeout: 10_000 });

// As the page does before it draws anything.
await setLocale("en");
await withPageTexts(Promise.resolve());

afterEach(cleanup);
