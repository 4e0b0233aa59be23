import '@/ui/table.css';
import './settings.css';
import { Button } from '@mantine/core';
import { IconFile, IconMovie } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem, del, download } from '@/api/client';
import { filesQuery } from '@/api/queries';
import type { KeptFile } from '@/api/types';
import { useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Page } from '@/ui/Page';
import { EmptyState, Failure, Loaded, SkeletonRows } from '@/ui/states';
import { toast } from '@/ui/toast';
import { UsedByList } from '@/ui/UsedBy';
import { useBytes } from './bytes';

function Picture({ file }: { file: KeptFile }) {
  if (file.width !== null)
    return (
      <img
        className="settings-file-picture"
        src={download('/media/{id}/content', { path: { id: file.id } })}
        alt=""
        loading="lazy"
      />
    );
  const Icon = file.content_type.startsWith('video/') ? IconMovie : IconFile;
  return (
    <span className="settings-file-picture">
      <Icon size={18} stroke={1.5} aria-hidden="true" />
    </span>
  );
}

/** The question before a file is deleted. */
function Sure({
  file,
  onRefresh,
  onClose,
}: {
  file: KeptFile;
  onRefresh: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const remove = useMutation({
    mutationFn: () => del('/media/{id}', { params: { path: { id: file.id } } }),
    onSuccess: () => {
      onRefresh();
      toast(t('files.deleted', { name: file.name }));
    },
    // Something may use it since the list was read.
    onError: onRefresh,
  });
  const isKept = remove.error instanceof Problem && remove.error.code === 'conflict';
  return (
    <>
      <span className="inline wrap">
        <span className="small">{t('files.sure')}</span>
        <Button className="danger" loading={remove.isPending} onClick={() => remove.mutate()}>
          {t('ui.delete')}
        </Button>
        <Button
          variant="subtle"
          onClick={() => {
            remove.reset();
            onClose();
          }}
        >
          {t('ui.cancel')}
        </Button>
      </span>
      {remove.error &&
        (isKept ? (
          <p className="field-error" role="alert">
            {t('files.delete_failed', { name: file.name })} {remove.error.message}.{' '}
            {t('files.in_use')}
          </p>
        ) : (
          <Failure error={remove.error} what={t('files.delete_failed', { name: file.name })} />
        ))}
    </>
  );
}

function Row({ file }: { file: KeptFile }) {
  const { t } = useTranslation();
  const { date } = useFormat();
  const bytes = useBytes();
  const can = useCan();
  const client = useQueryClient();
  const [sure, setSure] = useState(false);
  const refresh = () => void client.invalidateQueries({ queryKey: ['media'] });
  const isUsed = file.used_by.length > 0;
  return (
    <>
      <tr>
        <td>
          <span className="inline settings-file-name">
            <Picture file={file} />
            <a
              className="cut"
              href={download('/media/{id}/content', { path: { id: file.id } })}
              target="_blank"
              rel="noreferrer"
            >
              <bdi>{file.name}</bdi>
            </a>
          </span>
        </td>
        <td className="num figure">{bytes(file.byte_count)}</td>
        <td className="num leaves-second">{date(file.created_at)}</td>
        <td>
          {isUsed ? (
            <UsedByList users={file.used_by} />
          ) : (
            <span className="faint">{t('files.unused')}</span>
          )}
        </td>
        <td className="num">
          {can('edit_templates') && !isUsed && !sure && (
            <Button
              variant="subtle"
              aria-label={t('files.delete', { name: file.name })}
              onClick={() => setSure(true)}
            >
              {t('ui.delete')}
            </Button>
          )}
        </td>
      </tr>
      {sure && !isUsed && (
        <tr className="settings-bot-below">
          <td colSpan={5}>
            <Sure file={file} onRefresh={refresh} onClose={() => setSure(false)} />
          </td>
        </tr>
      )}
    </>
  );
}

/** Files of messages: how large, what uses them, and deleting those that nothing uses. */
export default function FilesPage() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const bytes = useBytes();
  const query = useInfiniteQuery(filesQuery());
  return (
    <Page title={t('files.title')} crumb={{ label: t('place.settings'), to: '/settings' }}>
      <Loaded query={query} what={t('files.failed')} waiting={<SkeletonRows rows={5} />}>
        {({ pages }) => {
          const [first] = pages;
          const items = pages.flatMap((page) => page.items);
          if (!first || items.length === 0)
            return <EmptyState title={t('files.empty_title')}>{t('files.empty_text')}</EmptyState>;
          return (
            <>
              <p>
                <span className="lead-figure">{number(first.file_count)}</span>{' '}
                <span className="unit">{t('files.count', { count: first.file_count })}</span>{' '}
                <span className="small muted figure">
                  {t('files.room', {
                    used: bytes(first.byte_count),
                    room: bytes(first.byte_count_max),
                  })}
                </span>
              </p>
              <table className="table settings-table settings-files-table">
                <thead>
                  <tr>
                    <th scope="col">{t('files.name')}</th>
                    <th scope="col" className="num">
                      {t('files.size')}
                    </th>
                    <th scope="col" className="num leaves-second">
                      {t('files.added')}
                    </th>
                    <th scope="col">{t('files.used_by')}</th>
                    <th scope="col">
                      <span className="unseen">{t('files.actions')}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((file) => (
                    <Row key={file.id} file={file} />
                  ))}
                </tbody>
              </table>
              {query.hasNextPage && (
                <Button
                  variant="subtle"
                  loading={query.isFetchingNextPage}
                  onClick={() => void query.fetchNextPage()}
                >
                  {t('files.more')}
                </Button>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
