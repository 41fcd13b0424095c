/** The username of the agent that is in every new chat. */
export const BOT = "gem";
