import { Budgets } from "../usage/Budgets";
import { Usage } from "../usage/Usage";

export default function MyUsage() {
  return <Usage whose={{ kind: "mine" }} budgets={<Budgets bounded={{ kind: "me" }} may="look" />} />;
}
