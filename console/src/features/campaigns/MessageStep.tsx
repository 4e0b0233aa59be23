import { useTranslation } from 'react-i18next';
import type { Problem } from '@/api/client';
import type { CampaignDraft } from '@/api/types';
import { Attach } from '@/ui/Attach';
import { useTextFault } from '@/ui/editor/faults';
import { MessageEditor } from '@/ui/editor/MessageEditor';
import { withText } from '@/ui/editor/withText';
import { ButtonRows } from './ButtonRows';

interface StepProps {
  draft: CampaignDraft;
  change: (part: Partial<CampaignDraft>) => void;
  problem: Problem | null;
}

export function MessageStep({ draft, change, problem }: StepProps) {
  const { t } = useTranslation();
  const textFault = useTextFault();
  const { message } = draft;
  const setMedia = (media: CampaignDraft['message']['media']) => {
    const next = { ...message };
    delete next.media;
    change({ message: media ? { ...next, media } : next });
  };
  return (
    <section className="campaigns-step" aria-labelledby="step-what">
      <h2 id="step-what">{t('compose.what')}</h2>
      <div className="campaigns-step-body">
        <MessageEditor
          message={message}
          onChange={(rich) => change({ message: withText(draft.message, rich) })}
          label={t('compose.text')}
          placeholder={t('compose.text_hint')}
          caption={Boolean(message.media)}
          error={textFault(problem?.errors, '/message')}
          hint={t('compose.tracked')}
          tools={
            <Attach
              media={message.media}
              onChange={setMedia}
              error={problem?.field('/message/media')}
            />
          }
        />
        <ButtonRows
          rows={message.buttons ?? []}
          onChange={(buttons) => change({ message: { ...message, buttons } })}
          problem={problem}
        />
      </div>
    </section>
  );
}
