export { newClientId } from "../wire/ids";
