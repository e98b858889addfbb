import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useLocation } from 'wouter'
import { ask } from '../api/ask.ts'
import type en from '../i18n/messages/en.json'
import { useText } from '../i18n/Texts.tsx'
import type { Command } from './commands.ts'

/** What the palette finds besides commands: chats by their titles, models by their names. */
export function usePlaces(): readonly Command[] {
  const text = useText<keyof typeof en>()
  const [, navigate] = useLocation()
  const chats = useQuery({
    queryKey: ['chats', 'palette'],
    queryFn: ({ signal }) => ask<{ chats: { id: string; title: string }[] }>('/chats?limit=500', { signal }),
  })
  const models = useQuery({
    queryKey: ['models', 'palette'],
    queryFn: ({ signal }) => ask<{ models: { name: string }[] }>('/models', { signal }),
  })
  return useMemo(() => {
    const place = (kind: 'chat' | 'models', id: string, title: string): Command => ({
      id: `${kind}/${id}`,
      title,
      group: text(kind === 'chat' ? 'palette.chat' : 'palette.model'),
      keywords: kind,
      icon: kind,
      run: () => navigate(`/${kind}/${encodeURIComponent(id)}`),
    })
    return [
      ...(models.data?.models ?? []).map(({ name }) => place('models', name, name)),
      ...(chats.data?.chats ?? []).filter(({ title }) => title !== '').map(({ id, title }) => place('chat', id, title)),
    ]
  }, [chats.data, models.data, navigate, text])
}
