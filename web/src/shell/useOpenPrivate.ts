import { useNavigate } from "@tanstack/react-router";
import { problemText } from "../i18n";
import { createChat } from "../state/chats";
import { toast } from "../ui/toast";

/** Opens the private chat with somebody, which is made where there is none. */
export function useOpenPrivate(): (username: string) => void {
  const navigate = useNavigate();
  return (username) => {
    createChat({ kind: "private", participant_usernames: [username] })
      .then((chat) => navigate({ to: "/c/$chat", params: { chat } }))
      .catch((cause: unknown) => toast(problemText(cause)));
  };
}
