import { useNavigate } from "@tanstack/react-router";
import { Crown, Ellipsis, MessageCircle, Shield, ShieldOff, UserMinus } from "lucide-react";
import { useSign } from "../agents/faces";
import type { Member } from "../gen/api";
import { problemText, t } from "../i18n";
import { setRole } from "../queries";
import { type ChatEntry, createChat } from "../state/chats";
import { usePeople } from "../state/people";
import { useMe } from "../state/session";
import { Avatar } from "../ui/Avatar";
import { Badge } from "../ui/Badge";
import { IconButton } from "../ui/IconButton";
import { useLooks } from "../ui/looks";
import { Menu, type MenuItem } from "../ui/Menu";
import { toast } from "../ui/toast";
import type { Asked } from "./MemberQuestion";
import { isHere } from "./people";
import { mayRemove, maySetRole } from "./rights";

type MemberRowProps = { entry: ChatEntry; member: Member; onAsk: (asked: Asked) => void };

export function MemberRow({ entry, member, onAsk }: MemberRowProps) {
  const me = useMe();
  const { online } = usePeople(entry.id);
  const looks = useLooks(entry.id);
  const sign = useSign(entry.id, member.user_id);
  const items = useActions({ entry, member, onAsk });
  const { user_id, username, display_name, kind } = member;
  return (
    <li className="group flex min-h-12 items-center gap-2.5 rounded-sm px-2.5 py-1 hover:bg-hover">
      <span className="relative">
        <Avatar user={{ id: user_id, username, kind }} look={looks.get(user_id)} sign={sign} />
        {isHere(member, online) && (
          <span
            aria-hidden="true"
            className="-right-0.5 -bottom-0.5 absolute size-3 rounded-full border-2 border-bg bg-ok"
          />
        )}
      </span>
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-1.5">
          <span className="truncate font-medium text-sm leading-tight">{display_name}</span>
          {user_id === me.id && <span className="shrink-0 text-[13px] text-ink-2">{t("members.you")}</span>}
          {member.role === "owner" && <Badge>{t("members.role_owner")}</Badge>}
          {member.role === "admin" && <Badge>{t("members.role_admin")}</Badge>}
          {member.is_bot && <Badge tone="bot">{t("members.role_bot")}</Badge>}
        </span>
        <span className="block truncate text-[13px] text-ink-2 leading-tight">@{username}</span>
      </span>
      {items.length > 0 && (
        <Menu
          trigger={<IconButton label={t("members.actions", { name: display_name })} icon={<Ellipsis />} />}
          items={items}
        />
      )}
    </li>
  );
}

/** What one may do with this member, and nothing else. */
function useActions({ entry, member, onAsk }: MemberRowProps): MenuItem[] {
  const me = useMe();
  const navigate = useNavigate();
  const standing = { kind: entry.kind, role: entry.my_role };
  if (member.user_id === me.id) return [];

  const attempt = (work: Promise<unknown>) => {
    work.catch((cause: unknown) => toast(problemText(cause)));
  };
  async function openPrivate() {
    const chat = await createChat({ kind: "private", participant_usernames: [member.username] });
    await navigate({ to: "/c/$chat", params: { chat } });
  }

  const items: MenuItem[] = [];
  if (!member.is_bot) {
    items.push({
      label: t("members.message"),
      icon: <MessageCircle />,
      onSelect: () => attempt(openPrivate()),
    });
  }
  if (maySetRole(standing, member)) {
    items.push(
      member.role === "admin"
        ? {
            label: t("members.make_member"),
            icon: <ShieldOff />,
            onSelect: () => attempt(setRole(entry.id, member.user_id, "member")),
          }
        : {
            label: t("members.make_admin"),
            icon: <Shield />,
            onSelect: () => attempt(setRole(entry.id, member.user_id, "admin")),
          },
      {
        label: t("members.hand_over"),
        icon: <Crown />,
        onSelect: () => onAsk({ kind: "hand_over", member }),
      },
    );
  }
  if (mayRemove(standing, member)) {
    items.push({
      label: t("members.remove"),
      icon: <UserMinus />,
      danger: true,
      onSelect: () => onAsk({ kind: "remove", member }),
    });
  }
  return items;
}
