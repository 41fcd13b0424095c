import { Budgets } from "../usage/Budgets";
import { Usage } from "../usage/Usage";

export default function ServerUsage() {
  return <Usage whose={{ kind: "everybody" }} budgets={<Budgets bounded={{ kind: "server" }} may="set" />} />;
}
