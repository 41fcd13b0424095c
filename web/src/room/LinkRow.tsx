import { Check, Copy, QrCode as QrIcon, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { InviteLink } from "../gen/api";
import { formatAgo, t } from "../i18n";
import { copyText } from "../markdown/clipboard";
import { revokeInviteLink } from "../queries";
import { announce } from "../state/announce";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { IconButton } from "../ui/IconButton";
import { toast } from "../ui/toast";

const QrCode = lazy(() => import("./QrCode"));

type LinkRowProps = {
  link: InviteLink;
  /** Just made: what one wants of it is to show it. */
  fresh: boolean;
};

export function LinkRow({ link, fresh }: LinkRowProps) {
  const [chosen, setChosen] = useState<"shown" | "hidden">();
  const code = chosen ?? (fresh ? "shown" : "hidden");
  const [copied, setCopied] = useState(false);
  const [revoking, setRevoking] = useState(false);
  const address = `${location.origin}/join/${link.code}`;

  async function copyAddress() {
    if (!(await copyText(address))) return toast(t("members.link_not_copied"));
    setCopied(true);
    announce(t("members.link_copied"));
  }

  return (
    <li className="border-line border-t py-2 first:border-t-0">
      <div className="flex items-center gap-0.5">
        <input
          readOnly
          value={address}
          aria-label={t("members.link_address")}
          onFocus={(event) => event.currentTarget.select()}
          className="min-w-0 flex-1 truncate rounded-sm bg-sunken px-2 py-1.5 font-mono text-[13px]"
        />
        <IconButton
          label={t("members.link_copy")}
          icon={copied ? <Check /> : <Copy />}
          onClick={() => void copyAddress()}
        />
        <IconButton
          label={t("members.link_qr")}
          icon={<QrIcon />}
          aria-pressed={code === "shown"}
          onClick={() => setChosen(code === "shown" ? "hidden" : "shown")}
        />
        <IconButton label={t("members.link_revoke")} icon={<Trash2 />} onClick={() => setRevoking(true)} />
      </div>
      <p className="pt-1 text-[13px] text-ink-2">
        {[
          t("members.link_expires", { when: formatAgo(link.expires_at) }),
          link.max_uses
            ? t("members.link_used_of", { count: link.uses, most: link.max_uses })
            : t("members.link_used", { count: link.uses }),
          t("members.link_by", { name: link.created_by.display_name }),
        ].join(" · ")}
      </p>
      {code === "shown" && (
        <Suspense>
          <QrCode text={address} label={t("members.qr", { address })} />
        </Suspense>
      )}
      <ConfirmDialog
        open={revoking}
        onOpenChange={setRevoking}
        title={t("members.revoke_title")}
        text={t("members.revoke_text")}
        confirm={t("members.revoke_do")}
        danger
        onConfirm={() => revokeInviteLink(link.chat_id, link.id)}
      />
    </li>
  );
}
