/* SPDX-License-Identifier: ISC */
/*
 * Every limit in the system, in one place.  A limit is compared before
 * anything is allocated, and has a pair of tests: the largest value accepted
 * and the smallest refused.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* --- messages (src/ipc) --------------------------------------------------- */
#define LIM_MESSAGE_BYTES 32768     /* one datagram, JSON text */
#define LIM_MESSAGE_DEPTH 8         /* nesting of arrays and objects in it */
#define LIM_IN_FLIGHT     32        /* datagrams queued for one peer */
#define LIM_STASH         4096      /* messages kept aside during a call */
#define LIM_SEALED_BYTES  (1 << 30) /* a document or entry list in a memfd */

/* --- items on a medium (src/media, reader) -------------------------------- */
#define LIM_NAME_BYTES      1024        /* one name; NTFS 255 UTF-16 units fit */
#define LIM_PATH_BYTES      4096        /* a whole path, as on Linux */
#define LIM_PATH_DEPTH      64          /* directories above an item */
#define LIM_LINK_BYTES      4096        /* target of a symbolic link */
#define LIM_ITEMS           2000000     /* items of one medium */
#define LIM_NAMES_BYTES     (128 << 20) /* their names, kept for searches; more are asked for */
#define LIM_DIR_ENTRIES     1000000     /* entries of one directory */
#define LIM_DIR_BYTES       (1 << 30)   /* the list of names of one directory */
#define LIM_EXTENT_NODES    65536       /* of the tree that says where an ext4 file lies */
#define LIM_SPARSE_BYTES    (64ull << 30) /* of one file that are holes */
#define LIM_RUNS            4000000       /* pieces one file may lie in */
#define LIM_VOLUMES         64            /* volumes and regions of one medium */
#define LIM_FRAME_BYTES     131072        /* one data frame, reader to vault */
#define LIM_NTFS_LIST_BYTES 262144        /* list of attributes of one NTFS file */
#define LIM_LIST_TIMES      16 /* as often the bytes of a volume are read to list it */
#define LIM_LIST_BYTES      (4ull << 30) /* besides those */
#define LIM_LIST_ITEM_BYTES 131072       /* and for each item */
#define LIM_NODE_TIMES      8  /* as often its blocks are read as lists of places of files */
#define LIM_CHAIN_TIMES     16 /* as often its clusters are followed */
#define LIM_HFS_NODES       (1 << 24) /* of the catalog of an HFS+ volume */
#define LIM_SUSP_AREAS      32        /* continuations of one ISO 9660 record */
#define LIM_ISO_EXTENTS     1024      /* pieces of one file on ISO 9660, 4 GiB each */
#define LIM_ISO_SESSIONS    100       /* of one disc */
#define LIM_VOLUME_NOTES    128       /* things to tell of one volume; > LIM_ISO_SESSIONS */
#define LIM_BAD_RANGES      8         /* unreadable places of one file that are told */
#define LIM_BAD_READS       64 /* reads of one file that may fail before it is given up */
#define LIM_BAD_TRIES       3  /* reads of its smallest part */

/* --- ledger and documents (src/core) -------------------------------------- */
#define LIM_ENTRY_BODY_BYTES     65536 /* canonical line of an entry */
#define LIM_ENTRY_SIG_BYTES      4096  /* signature blob, before base64 */
#define LIM_ENTRY_BYTES          (LIM_ENTRY_BODY_BYTES + 8192)
#define LIM_ENTRY_TEXT_BYTES     8192  /* one text in an entry's data */
#define LIM_CANON_BYTES          65536 /* one canonical JSON object */
#define LIM_CANON_DEPTH          6     /* nesting in canonical JSON */
#define LIM_CANON_KEY_BYTES      32
#define LIM_INVENTORY_LINE_BYTES 65536 /* one line of an inventory */
#define LIM_SCAN_WHY_BYTES       256   /* a scanner's word on its verdict, in an inventory */
#define LIM_NOTE_BYTES           65536 /* a signed note with all its lines */
#define LIM_TIMELINE_BYTES       (16 << 20) /* entries of one transfer, for a terminal */
#define LIM_NOTE_SIGNATURES      64
#define LIM_NOTE_NAME_BYTES      127  /* name of a note key, origin of a log */
#define LIM_HEAD_GAP             4096 /* entries since the head a signer was shown */
#define LIM_PROOF_NODES          64   /* hashes in a Merkle proof */
#define LIM_POLICY_BYTES         262144
#define LIM_POLICY_RULES         512
#define LIM_POLICY_WORDS         64    /* globs, kinds or verdicts in one condition */
#define LIM_POLICY_FIELDS        32    /* transfer fields a policy may ask for */
#define LIM_POLICY_DAYS          36500 /* days objects are kept, signature age */
#define LIM_POLICY_TEXT_BYTES    256   /* a "why" of a rule, a glob, a name */
#define LIM_SETTING_BYTES        65536 /* station.conf */
#define LIM_PORTS                64    /* ports of a station */
#define LIM_PORT_MEDIA           64    /* media a look at all ports tells of; >= LIM_PORTS */
#define LIM_PORT_ENTRIES         4096  /* entries of a port's folder that are looked at */
#define LIM_PORT_PATH_BYTES      255   /* what udev calls a place: a name in by-path */
#define LIM_PORT_ALLOW           64    /* devices on the list of one port */
#define LIM_STATION_DISKS        16    /* of the machine itself that station.conf names */
#define LIM_DEVICE_TEXT_BYTES    128 /* vendor, model or serial of a device; the rest is cut */
#define LIM_DEVICES              64  /* devices the desk keeps an eye on */
#define LIM_OPENERS              8   /* media that are being opened, or never answered */
#define LIM_FLAPS                32 /* entries about devices in one port, one right after the other */
#define LIM_DESCRIPTOR_BYTES     65553  /* of a USB device: what the kernel keeps of one */
#define LIM_PRESETS              32     /* presets of a station */
#define LIM_PRESETS_BYTES        12000  /* all of them, as a terminal is told */
#define LIM_REASONS              16     /* reasons a site offers for one decision */
#define LIM_SITE_REASON_BYTES    128    /* one of them */
#define LIM_LOCK_MINUTES         60     /* a screen left alone locks by then */
#define LIM_REFUSED_MEDIA        16     /* newest refused media that the record shows */
#define LIM_TYPE_BYTES           128    /* a type name, a MIME type */
#define LIM_LINK_HOPS            40     /* links behind links, as on Linux */
#define LIM_REPORT_ROWS          100000 /* rows of one list in a report */
#define LIM_PERSON_ID_BYTES      32     /* [a-z][a-z0-9._-]* */
#define LIM_PERSON_NAME_BYTES    128
#define LIM_CONTROL_BYTES        32        /* control number of a medium */
#define LIM_REGISTER_TEXT_BYTES  256       /* one text of the medium register */
#define LIM_REQUEST_BYTES        (1 << 20) /* a request file */
#define LIM_REQUEST_FILES        20000     /* names in one */
#define LIM_REQUEST_TEXT_BYTES   1024      /* one text in it, escaped */
#define LIM_REQUEST_SIG_BYTES    4096      /* the signature beside it */
#define LIM_REQUEST_SHOWN        16        /* missing names that an entry tells */
#define LIM_REQUEST_MS           20000     /* in which one must have been read */
#define LIM_REASON_BYTES         1024      /* what an officer types */
#define LIM_WHERE_BYTES          1024      /* a limit expression */
#define LIM_WHERE_NODES          64
#define LIM_PASSPHRASE_BYTES     1024
#define LIM_SECRET_BYTES         4096      /* one secret in locked memory */
#define LIM_KEY_OPS              16        /* Argon2id passes a key file may ask for */
#define LIM_KEY_MEM_BYTES        (1 << 30) /* and memory */
#define LIM_KEY_FILE_BYTES       4096
#define LIM_APPROVALS            9 /* signatures a policy may ask for */

/* --- scanners -------------------------------------------------------------- */
#define LIM_SCAN_WINDOW    64    /* objects given to one scanner at once */
#define LIM_SCANNERS       16    /* scanners of one station */
#define LIM_SCAN_SLOTS     16    /* processes of one scanner */
#define LIM_FINDINGS       10000 /* findings of one object by one scanner */
#define LIM_FINDING_TEXT   512   /* bytes of a finding's title or detail */
#define LIM_SCAN_RETRIES   1     /* fresh workers tried for one object */
#define LIM_MANIFEST_BYTES 65536 /* a scanner's manifest file */

/* --- encrypted volumes (src/ipc/secret, src/media/layout, src/proc/unlock) ------ */
#define LIM_UNLOCK_PASSPHRASE_BYTES 512
#define LIM_UNLOCK_KEY_FILE_BYTES \
	1044480 /* all together: a pipe of 1 MiB holds them and a passphrase */
#define LIM_UNLOCK_KEY_FILES    8
#define LIM_UNLOCK_HEADER_BYTES (16 << 20) /* of a LUKS volume, copied for the library */
#define LIM_UNLOCK_KDF_KIB      1048576    /* Argon2 memory: what LUKS2 asks for by default */
#define LIM_UNLOCK_KDF_WORK     1073741824 /* Argon2 passes times KiB */
#define LIM_UNLOCK_KDF_ROUNDS   100000000  /* PBKDF2 */
#define LIM_UNLOCK_PIM          2000 /* of VeraCrypt: two million rounds, more for some hashes */
#define LIM_UNLOCK_CPU_S        240  /* of one try; under LIM_UNLOCK_MS */
#define LIM_LAYOUT_PARTS        16   /* moved parts of an encrypted volume, and hidden ones */
#define LIM_VOLUME_KEY_BYTES    64

/* --- vault (src/proc/vault) ------------------------------------------------- */
#define LIM_VAULT_PIPES       16          /* readers served at once */
#define LIM_VAULT_SCANNERS    64          /* scanner processes served at once */
#define LIM_VAULT_EVENTS      64          /* results of the pipes not yet told to the desk */
#define LIM_VAULT_CHECK       256         /* objects looked at in one request of the desk */
#define LIM_VAULT_ANSWERS     4096        /* answers a peer has not taken: it is dead then */
#define LIM_VAULT_BUFFERS     16          /* LIM_FRAME_BYTES each, for one pipe */
#define LIM_VAULT_SYNC_BYTES  (8 << 20)   /* written between two sync_file_range */
#define LIM_VAULT_FLOOR_BYTES (256 << 20) /* kept free unless configured */
#define LIM_SHARE_FLOOR_BYTES (64 << 20)  /* the same on the share */

/* --- desk ----------------------------------------------------------------------- */
#define LIM_WORK_FLOOR_BYTES   (16 << 20) /* free under work/ when a transfer is begun */
#define LIM_LEDGER_FLOOR_BYTES (16 << 20) /* the same under ledger/ */

/* --- a reading that is held (src/proc/desk) -------------------------------------- */
#define LIM_SCOPE          16384  /* items that are left out of one reading */
#define LIM_SCOPE_TOLD     1024   /* of them in one message to the reader */
#define LIM_SCOPE_NAMED    10     /* the largest of a medium, as its status names them */
#define LIM_UNLOCK_WRONG   5      /* secrets that do not fit before tries are slowed down */
#define LIM_UNLOCK_SLOW_MS 30000  /* between two tries then */
#define LIM_UNLOCK_MS      300000 /* one try; what makes keys slow to guess takes long */

/* --- preview (src/proc/preview) ----------------------------------------------- */
#define LIM_PREVIEW_LINES        256        /* lines of one window */
#define LIM_PREVIEW_LINE_BYTES   4096       /* a longer line goes on in the next one */
#define LIM_PREVIEW_WINDOW_BYTES 65536      /* of the object in one window of text */
#define LIM_PREVIEW_FIND_BYTES   256        /* what is searched for */
#define LIM_PREVIEW_SEARCH_BYTES (64 << 20) /* searched or counted for one answer */
#define LIM_PREVIEW_BACK_BYTES   (1 << 20)  /* how far the beginning of a line is looked for */
#define LIM_PREVIEW_CPU_S        60         /* of one process, all answers together */
#define LIM_PREVIEW_TICK_MS      500   /* processor time: an answer may see one tick, not two */
#define LIM_PREVIEW_START_MS     10000 /* a process must be ready within this */
#define LIM_PREVIEW_ANSWER_MS    3000  /* and answer within this */
#define LIM_PREVIEW_IDLE_MS      60000 /* one that is not asked ends */

/* --- people and terminals -------------------------------------------------- */
#define LIM_SESSIONS      16    /* connections to the desk */
#define LIM_WORKS         32    /* work databases the desk keeps open */
#define LIM_PAGE_ITEMS    64    /* rows of one answer to a terminal */
#define LIM_LISTS         2     /* lists the desk keeps for a terminal */
#define LIM_WINDOW_ROWS   512   /* rows of a list that the screens keep, at least 6 pages */
#define LIM_ADMINS        16    /* administrators a station is founded with */
#define LIM_LINE_BYTES    16384 /* one line of a batch */
#define LIM_LINE_WORDS    256   /* and its words */
#define LIM_ASKS          64    /* questions of the screens that wait for the desk */
#define LIM_LINK_MESSAGES 16    /* taken from the desk between two frames */
#define LIM_OPTIONS       128   /* options and arguments of one command */
#define LIM_SCREEN_CELLS  1000  /* rows of a screen, and cells of a row */

/* --- time ------------------------------------------------------------------ */
#define LIM_CALL_MS        60000  /* a service that does not answer is dead */
#define LIM_ANSWER_MS      600000 /* the desk may seal two million items before it answers */
#define LIM_OPEN_MS        10000 /* a medium that cannot be opened within this does not answer */
#define LIM_SLOW_MS        2000  /* without an answer the desk is said to be slow */
#define LIM_STOP_MS        15000 /* services that do not end by themselves are killed */
#define LIM_ALONE_MS       3000  /* a desk whose stager has gone must go within this */
#define LIM_PAPERS_MS      5000  /* papers that could not be written are tried again */
#define LIM_CLOCK_BACK_S   60    /* a clock that is set back by less is not worth a word */
#define LIM_TRIAL_MS       2000  /* a scanner that could not be started is tried again ... */
#define LIM_TRIAL_MOST_MS  30000 /* ... after twice the time, up to this */
#define LIM_FAULT_MS       2000  /* a fault the ledger had no room for is tried again */
#define LIM_UDEV_MS        5000  /* udevd, when it was not there, is looked for again */
#define LIM_FLAP_EACH_MS   5000  /* for one more entry about devices in the same port */
#define LIM_FLAP_CALM_MS   3000  /* nothing came or went: what was only counted is written */
#define LIM_FLAP_LATEST_MS 60000 /* and then, however often something comes and goes */
#define LIM_FAILURE_MS     1000  /* between two entries about refused sign-ins */
#define LIM_PROGRESS_MS    200   /* between two progress messages to a terminal */
#define LIM_SCAN_RESPAWNS  8     /* workers of one scanner that may die in one transfer */
#define LIM_SCAN_TEST_MS   60000 /* a scanner must start and prove itself within this */
#define LIM_READER_BUSY_S  60    /* of processor time in which a reader has to give something */
#define LIM_STALL_MS       5000  /* a medium that does not answer so long is said to stall */

#endif
