import type { Migration } from '../core/index.ts'

/**
 * `row` is the number by which the full-text tables know a chat or a message; ids are what everybody else uses.
 *
 * The tokenizer counts marks as parts of words: without `M*`, a vowel sign of Gurmukhi or Devanagari would end a word, and
 * ਪੰਜਾਬੀ would be found as ਪ, ਜ, ਬ. `remove_diacritics 2` lets "cafe" find "café"; it touches Latin letters only.
 */
export const chatsMigrations: readonly Migration[] = [
  {
    room: 'chats',
    version: 1,
    sql: `
      CREATE TABLE chats (
        row INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL,
        -- 1 while nobody has given a title, so that the first question may become it.
        untitled INTEGER NOT NULL,
        folder TEXT,
        model TEXT,
        pinned INTEGER NOT NULL DEFAULT 0,
        data TEXT,
        active_message TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX chats_by_change ON chats (pinned DESC, updated_at DESC, id DESC);
      CREATE TABLE chat_messages (
        row INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        chat TEXT NOT NULL REFERENCES chats (id),
        -- No cascade: SQLite follows cascades at most 1,000 deep, and a chat may be longer.
        parent TEXT REFERENCES chat_messages (id) DEFERRABLE INITIALLY DEFERRED,
        role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant', 'tool')),
        text TEXT NOT NULL,
        reasoning TEXT,
        model TEXT,
        data TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX chat_messages_by_chat ON chat_messages (chat, row);
      CREATE INDEX chat_messages_by_parent ON chat_messages (parent, row);
      CREATE VIRTUAL TABLE chat_search USING fts5 (
        text, tokenize = "unicode61 remove_diacritics 2 categories 'L* N* M* Co'", prefix = '2 3'
      );
      CREATE VIRTUAL TABLE chat_title_search USING fts5 (
        text, tokenize = "unicode61 remove_diacritics 2 categories 'L* N* M* Co'", prefix = '2 3'
      );
      CREATE TABLE responses (
        id TEXT PRIMARY KEY,
        previous TEXT,
        request TEXT NOT NULL,
        response TEXT NOT NULL,
        input_items TEXT NOT NULL,
        output_items TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX responses_by_expiry ON responses (expires_at);
    `,
  },
  {
    room: 'chats',
    version: 2,
    sql: `
      -- Answers that are being written, and by whom.
      CREATE TABLE answer_leases (
        message TEXT PRIMARY KEY REFERENCES chat_messages (id) ON DELETE CASCADE,
        owner TEXT NOT NULL,
        owner_process TEXT NOT NULL,
        lease_until INTEGER NOT NULL,
        stop_requested INTEGER NOT NULL DEFAULT 0
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    room: 'chats',
    version: 3,
    sql: `
      -- Tools that a person has allowed for a whole chat.
      CREATE TABLE chat_tool_permissions (
        chat TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
        tool TEXT NOT NULL,
        PRIMARY KEY (chat, tool)
      ) STRICT, WITHOUT ROWID;
    `,
  },
]
