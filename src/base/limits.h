/* SPDX-License-Identifier: ISC */
/*
 * Every limit in the system, in one place.  A limit is compared before
 * anything is allocated, and has a pair of tests: the largest value accepted
 * and the smallest refused.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* --- messages (src/ipc) --------------------------------------------------- */
#define LIM_MESSAGE_BYTES     32768    /* one datagram, JSON text */
#define LIM_MESSAGE_DEPTH     8        /* nesting of arrays and objects in it */
#define LIM_IN_FLIGHT         32       /* datagrams queued for one peer */
#define LIM_STASH             4096     /* messages kept aside during a call */
#define LIM_SEALED_BYTES      (1 << 30) /* a document or entry list in a memfd */

/* --- items on a medium (src/media, reader) -------------------------------- */
#define LIM_NAME_BYTES        1024     /* one name; NTFS 255 UTF-16 units fit */
#define LIM_PATH_BYTES        4096     /* a whole path, as on Linux */
#define LIM_PATH_DEPTH        64       /* directories above an item */
#define LIM_LINK_BYTES        4096     /* target of a symbolic link */
#define LIM_ITEMS             2000000  /* items of one medium */
#define LIM_DIR_ENTRIES       1000000  /* entries of one directory */
#define LIM_VOLUMES           64       /* volumes and regions of one medium */
#define LIM_FRAME_BYTES       131072   /* one data frame, reader to vault */

/* --- ledger and documents (src/core) -------------------------------------- */
#define LIM_ENTRY_BODY_BYTES  65536    /* canonical line of an entry */
#define LIM_ENTRY_SIG_BYTES   4096     /* signature blob, before base64 */
#define LIM_ENTRY_BYTES       (LIM_ENTRY_BODY_BYTES + 8192)
#define LIM_CANON_DEPTH       6        /* nesting in canonical JSON */
#define LIM_CANON_KEY_BYTES   32
#define LIM_INVENTORY_LINE_BYTES 65536 /* one line of an inventory */
#define LIM_NOTE_BYTES        65536    /* a signed note with all its lines */
#define LIM_NOTE_SIGNATURES   64
#define LIM_HEAD_GAP          4096     /* entries since the head a signer was shown */
#define LIM_PROOF_NODES       64       /* hashes in a Merkle proof */
#define LIM_POLICY_BYTES      262144
#define LIM_POLICY_RULES      512
#define LIM_PERSON_ID_BYTES   32       /* [a-z][a-z0-9._-]* */
#define LIM_PERSON_NAME_BYTES 128
#define LIM_REASON_BYTES      1024     /* what an officer types */
#define LIM_WHERE_BYTES       1024     /* a limit expression */
#define LIM_WHERE_NODES       64
#define LIM_PASSPHRASE_BYTES  1024
#define LIM_KEY_FILE_BYTES    4096
#define LIM_APPROVALS         9        /* signatures a policy may ask for */

/* --- scanners -------------------------------------------------------------- */
#define LIM_SCAN_WINDOW       64       /* objects given to one scanner at once */
#define LIM_SCANNERS          16       /* scanners of one station */
#define LIM_FINDINGS          10000    /* findings of one object by one scanner */
#define LIM_FINDING_TEXT      512      /* bytes of a finding's title or detail */
#define LIM_SCAN_RETRIES      1        /* fresh workers tried for one object */
#define LIM_MANIFEST_BYTES    65536    /* a scanner's manifest file */

/* --- people and terminals -------------------------------------------------- */
#define LIM_SESSIONS          16       /* connections to the desk */
#define LIM_PAGE_ITEMS        64       /* rows of one answer to a terminal */

/* --- time ------------------------------------------------------------------ */
#define LIM_CALL_MS           60000    /* a service that does not answer is dead */

#endif
