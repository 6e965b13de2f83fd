/* SPDX-License-Identifier: ISC */
#include "src/core/item.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static const char *const item_kinds[ITEM_KIND__MAX] = {
    [ITEM_FILE] = "file",
    [ITEM_DIRECTORY] = "directory",
    [ITEM_LINK] = "link",
    [ITEM_FIFO] = "fifo",
    [ITEM_SOCKET] = "socket",
    [ITEM_CHAR] = "char",
    [ITEM_BLOCK] = "block",
    [ITEM_REGION] = "region",
    [ITEM_OTHER] = "other",
};

static const char *const item_states[ITEM_STATE__MAX] = {
    [ITEM_UNREAD] = "unread",
    [ITEM_READ] = "read",
    [ITEM_UNREADABLE] = "unreadable",
    [ITEM_ENCRYPTED] = "encrypted",
    [ITEM_EXCLUDED] = "excluded",
};

static const char *const item_decisions[ITEM_DECISION__MAX] = {
    [ITEM_NONE] = "none",
    [ITEM_APPROVE] = "approve",
    [ITEM_REJECT] = "reject",
    [ITEM_HOLD] = "hold",
};

static const char *const item_outcomes[ITEM_OUTCOME__MAX] = {
    [ITEM_OUT_BLOCKED] = "blocked",
    [ITEM_OUT_RELEASED] = "released",
    [ITEM_OUT_REJECTED] = "rejected",
    [ITEM_OUT_HELD] = "held",
    [ITEM_OUT_UNREADABLE] = "unreadable",
    [ITEM_OUT_ENCRYPTED] = "encrypted",
    [ITEM_OUT_UNREAD] = "unread",
    [ITEM_OUT_EXCLUDED] = "excluded",
    [ITEM_OUT_STRUCTURAL] = "structural",
};

static bool
item_word(const char *const *words, size_t n, const char *word, unsigned *ret)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(words[i], word) == 0) {
			*ret = (unsigned)i;
			return true;
		}
	return false;
}

#define ITEM_WORDS(noun, words, max)                                      \
	const char *item_##noun##_print(enum item_##noun value)           \
	{                                                                 \
		assert((unsigned)value < (max));                          \
		return words[value];                                      \
	}                                                                 \
	bool item_##noun##_parse(const char *word, enum item_##noun *ret) \
	{                                                                 \
		unsigned value;                                           \
		if (!item_word(words, max, word, &value))                 \
			return false;                                     \
		*ret = (enum item_##noun)value;                           \
		return true;                                              \
	}

ITEM_WORDS(kind, item_kinds, ITEM_KIND__MAX)
ITEM_WORDS(state, item_states, ITEM_STATE__MAX)
ITEM_WORDS(decision, item_decisions, ITEM_DECISION__MAX)
ITEM_WORDS(outcome, item_outcomes, ITEM_OUTCOME__MAX)
