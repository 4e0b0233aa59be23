import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { encode, renderSVG } from 'uqr';
import { save } from '@/ui/download';

/** Modules of white around a code; a reader needs four. */
const QUIET = 4;
/** Pixels of a module in the picture that is downloaded: about 1,000 across, for print. */
const MODULE_PX = 24;

/** The code as a picture of whole modules, without a blur between them. */
async function png(url: string): Promise<Blob | null> {
  const { data, size } = encode(url, { ecc: 'M', border: QUIET });
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size * MODULE_PX;
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#000';
  data.forEach((row, y) =>
    row.forEach(
      (dark, x) => dark && context.fillRect(x * MODULE_PX, y * MODULE_PX, MODULE_PX, MODULE_PX),
    ),
  );
  return new Promise((done) => canvas.toBlob(done, 'image/png'));
}

export function QrCode({ url, name }: { url: string; name: string }) {
  const { t } = useTranslation();
  const svg = useMemo(() => renderSVG(url, { ecc: 'M', border: QUIET }), [url]);
  const source = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  return (
    <div className="links-qr">
      <img src={source} alt={t('links.qr', { url })} width={168} height={168} />
      <div className="inline">
        <Button
          leftSection={<IconDownload size={14} stroke={1.5} />}
          onClick={() => save(new Blob([svg], { type: 'image/svg+xml' }), `${name}.svg`)}
        >
          {t('links.qr_svg')}
        </Button>
        <Button
          leftSection={<IconDownload size={14} stroke={1.5} />}
          onClick={() => void png(url).then((picture) => picture && save(picture, `${name}.png`))}
        >
          {t('links.qr_png')}
        </Button>
      </div>
    </div>
  );
}
