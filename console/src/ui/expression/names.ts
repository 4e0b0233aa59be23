import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { campaignsQuery, segmentsQuery, stagesQuery, tagsQuery } from '@/api/queries';
import { useBot } from '@/api/workspace';

/** What the ids and names in an expression stand for. */
export interface Names {
  tags: { name: string; color: string }[];
  segments: { id: number; name: string }[];
  campaigns: { id: number; name: string }[];
  stages: string[];
}

export function useNames(): Names {
  const bot = useBot();
  const tags = useQuery(tagsQuery(bot.id)).data;
  const segments = useQuery(segmentsQuery(bot.id)).data;
  const stages = useQuery(stagesQuery(bot.id)).data;
  const campaigns = useInfiniteQuery(campaignsQuery(bot.id)).data;
  return useMemo(
    () => ({
      tags: tags?.items ?? [],
      segments: segments?.items ?? [],
      stages: stages?.items.map((stage) => stage.name) ?? [],
      campaigns: campaigns?.pages.flatMap((page) => page.items) ?? [],
    }),
    [tags, segments, stages, campaigns],
  );
}
