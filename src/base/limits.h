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
#define LIM_ENTRY_BODY_BYTES       65536 /* canonical line of an entry */
#define LIM_ENTRY_SIG_BYTES        4096  /* signature blob, before base64 */
#define LIM_ENTRY_BYTES            (LIM_ENTRY_BODY_BYTES + 8192)
#define LIM_ENTRY_TEXT_BYTES       8192  /* one text in an entry's data */
#define LIM_CANON_BYTES            65536 /* one canonical JSON object */
#define LIM_CANON_DEPTH            6     /* nesting in canonical JSON */
#define LIM_CANON_KEY_BYTES        32
#define LIM_INVENTORY_LINE_BYTES   65536 /* one line of an inventory */
#define LIM_SCAN_WHY_BYTES         256   /* a scanner's word on its verdict, in an inventory */
#define LIM_RECALL_REASON_BYTES    1000  /* it stands on the share, too */
#define LIM_SAMPLE_FILES           10000 /* drawn at once for an audit */
#define LIM_SAMPLE_SEED_BYTES      64
#define LIM_SAMPLE_BYTES           (2 << 20) /* the list of what was drawn */
#define LIM_RECONCILE_ROWS         64 /* findings of one look at the share; the last tells of more */
#define LIM_NOTE_BYTES             65536      /* a signed note with all its lines */
#define LIM_TIMELINE_BYTES         (16 << 20) /* entries of one transfer, for a terminal */
#define LIM_NOTE_SIGNATURES        64
#define LIM_TAR_FILES              20000  /* files of a custody folder that tar packed */
#define LIM_NOTE_NAME_BYTES        127    /* name of a note key, origin of a log */
#define LIM_HEAD_GAP               4096   /* entries since the head a signer was shown */
#define LIM_PROOF_NODES            64     /* hashes in a Merkle proof */
#define LIM_TLOG_BYTES             131072 /* a proof of inclusion, a request to a witness */
#define LIM_TLOG_REQUEST_NODES     63     /* hashes in a request to a witness (tlog-witness) */
#define LIM_WITNESSES              16     /* that cosign the checkpoints of a station */
#define LIM_WHEN_ASKED             64     /* entries whose time is asked for at once */
#define LIM_ANCHORS                64 /* checkpoints given out whose cosignature may still come */
#define LIM_ANCHOR_TRIES           3 /* at the words of paper before the record counts as put back */
#define LIM_ANCHOR_LATE_S          (7 * 86400) /* since the last anchor: from then on it is late */
#define LIM_COSIGNATURE_BYTES      256         /* one line of a witness, with its LF */
#define LIM_POLICY_BYTES           262144
#define LIM_POLICY_RULES           512
#define LIM_POLICY_WORDS           64 /* globs, kinds or verdicts in one condition */
#define LIM_POLICY_FIELDS          32 /* transfer fields a policy may ask for */
#define LIM_POLICY_CHOICES         64 /* words of a field or of classifications */
#define LIM_FIELDS                 48 /* fields of one transfer */
#define LIM_FIELD_NAME_BYTES       32
#define LIM_FIELD_BYTES            1024 /* value of a field */
#define LIM_FIELD_LABEL_BYTES      40
#define LIM_FIELD_WORD_BYTES       64   /* a classification, a choice */
#define LIM_FIELDS_BYTES           8192 /* names and values of all fields of a transfer */
#define LIM_FIELD_CLASSES          16 /* limits of a transfer with a classification of their own */
#define LIM_FIELD_LIMIT_BYTES      256   /* such a limit */
#define LIM_POLICY_DAYS            36500 /* days objects are kept, signature age */
#define LIM_POLICY_TEXT_BYTES      256   /* a "why" of a rule, a glob, a name */
#define LIM_SETTING_BYTES          65536 /* station.conf */
#define LIM_PORTS                  64    /* ports of a station */
#define LIM_PORT_MEDIA             64    /* media a look at all ports tells of; >= LIM_PORTS */
#define LIM_PORT_ENTRIES           4096  /* entries of a port's folder that are looked at */
#define LIM_PORT_PATH_BYTES        255   /* what udev calls a place: a name in by-path */
#define LIM_PORT_ALLOW             64    /* devices on the list of one port */
#define LIM_STATION_DISKS          16    /* of the machine itself that station.conf names */
#define LIM_DEVICE_TEXT_BYTES      128 /* vendor, model or serial of a device; the rest is cut */
#define LIM_DEVICES                64  /* devices the desk keeps an eye on */
#define LIM_OPENERS                8   /* media that are being opened, or never answered */
#define LIM_FLAPS                  32 /* entries about devices in one port, one right after the other */
#define LIM_DESCRIPTOR_BYTES       65553 /* of a USB device: what the kernel keeps of one */
#define LIM_PRESETS                32    /* presets of a station */
#define LIM_PRESETS_BYTES          12000 /* all of them, as a terminal is told */
#define LIM_REASONS                16    /* reasons a site offers for one decision */
#define LIM_SITE_REASON_BYTES      128   /* one of them */
#define LIM_LOCK_MINUTES           60    /* a screen left alone locks by then */
#define LIM_REFUSED_MEDIA          16    /* newest refused media that the record shows */
#define LIM_TYPE_BYTES             128   /* a type name, a MIME type */
#define LIM_LINK_HOPS              40    /* links behind links, as on Linux */
#define LIM_READING_BYTES          512 /* a name in a report, shown as a person reads it, too */
#define LIM_EXPORT_NAME_BYTES      128 /* of a document that left the station */
#define LIM_EXPORT_FILE_BYTES      64  /* the file in it */
#define LIM_EXPORT_BACK            64  /* newest entries among which its own is looked for */
#define LIM_EXPORT_FILES           64  /* that go to one medium at once */
#define LIM_EXPORT_IMAGE_BYTES     (2ull << 30) /* they have together */
#define LIM_WRITING_WHY_BYTES      256          /* why one did not get there */
#define LIM_EXPORT_DOCUMENTS       256          /* that go with a copy of the ledger */
#define LIM_READING_MARKS          3            /* marks on one of its letters */
#define LIM_PERSON_ID_BYTES        32           /* [a-z][a-z0-9._-]* */
#define LIM_PERSON_NAME_BYTES      128
#define LIM_TRANSFER_NUMBER        999999    /* said to be used up by an epoch */
#define LIM_PERSON_REASON_BYTES    256       /* why somebody is appointed, suspended, retired */
#define LIM_CONTROL_BYTES          32        /* control number of a medium */
#define LIM_REGISTER_TEXT_BYTES    256       /* one text of the medium register */
#define LIM_REQUEST_BYTES          (1 << 20) /* a request file */
#define LIM_REQUEST_FILES          20000     /* names in one */
#define LIM_REQUEST_TEXT_BYTES     1024      /* one text in it, escaped */
#define LIM_REQUEST_SIG_BYTES      4096      /* the signature beside it */
#define LIM_REQUEST_SHOWN          16        /* missing names that an entry tells */
#define LIM_REQUEST_MS             20000     /* in which one must have been read */
#define LIM_REASON_BYTES           1024      /* what an officer types */
#define LIM_EXCEPTIONS             32        /* exceptions one transfer may use */
#define LIM_EXCEPTIONS_KEPT        512       /* exceptions in force at a time */
#define LIM_EXCEPTION_DAYS         366       /* an exception is looked at again within a year */
#define LIM_EXCEPTION_REASON_BYTES 256
#define LIM_WHERE_BYTES            1024 /* a limit expression */
#define LIM_WHERE_NODES            64
#define LIM_PASSPHRASE_BYTES       1024
#define LIM_SECRET_BYTES           4096      /* one secret in locked memory */
#define LIM_KEY_OPS                16        /* Argon2id passes a key file may ask for */
#define LIM_KEY_MEM_BYTES          (1 << 30) /* and memory */
#define LIM_KEY_FILE_BYTES         4096
#define LIM_TOKEN_CREDENTIAL_BYTES 1023 /* by which a token finds its key (CTAP 2.1, 6.2.2) */
#define LIM_TOKENS                 4    /* tokens plugged in at once */
#define LIM_APPROVALS              9    /* signatures a policy may ask for */

/* --- scanners -------------------------------------------------------------- */
#define LIM_SCAN_WINDOW       64          /* objects given to one scanner at once */
#define LIM_SCANNERS          16          /* scanners of one station */
#define LIM_SCAN_SLOTS        16          /* processes of one scanner */
#define LIM_FINDINGS          10000       /* findings of one object by one scanner */
#define LIM_FINDING_TEXT      512         /* bytes of a finding's title or detail */
#define LIM_SCAN_RETRIES      1           /* fresh workers tried for one object */
#define LIM_MANIFEST_BYTES    65536       /* a scanner's manifest file */
#define LIM_MANIFEST_TEXTS    64          /* texts of one list in it */
#define LIM_MANIFEST_EXITS    64          /* statuses of a command it explains */
#define LIM_ADAPTER_LINE      4096        /* bytes of one line that a command says */
#define LIM_ADAPTER_OUTPUT    (4 << 20)   /* bytes it says about one object */
#define LIM_ADAPTER_COPY      (256 << 20) /* of an object that it must be able to open by name */
#define LIM_ADAPTER_PROCESSES 256         /* processes and threads of a command */
#define LIM_CLAMD_CONF_BYTES  65536       /* the engine's configuration */
#define LIM_ENGINES           8    /* sockets of antivirus engines that station.conf may name */
#define LIM_RULE_FOLDERS      8    /* folders of YARA rules that it may name */
#define LIM_RULE_FILES        4096 /* files with rules in one folder */
#define LIM_RULE_BYTES        (64 << 20) /* all rules together */
#define LIM_SCAN_STRIKES      64 /* workers of one scanner that objects may end in one transfer */
#define LIM_SCAN_MEMORY_MIB \
	2048                  /* of one scanner process, unless its manifest says otherwise */
#define LIM_SCAN_FACTS 100000 /* facts of one object by one scanner */
/* findings and facts of one scanner in one transfer: one that was taken over fills no disk */
#define LIM_SCAN_KEPT_BYTES (4ull << 30)
#define LIM_FACT_BYTES      4096   /* value of one, escaped */
#define LIM_FACT_KEY_BYTES  64     /* [a-z][a-z0-9_.-]* */
#define LIM_SCAN_WANTS      65536  /* objects a scanner asks for to judge one set */
#define LIM_SET_LINE_BYTES  262144 /* one line of a set: a path and the names inside */

/* --- lists of digests (scanners/sums) ------------------------------------------ */
#define LIM_SET_LINKS       65536      /* hard links of one container that are resolved */
#define LIM_SUMS_PACKAGED   32768      /* files compared with lists of Debian packages */
#define LIM_SUMS_KEYS       256        /* keys of a site that sign lists */
#define LIM_SUMS_KEY_BYTES  65536      /* one file of its keyring */
#define LIM_SUMS_RING_BYTES (1 << 20)  /* all of its keyrings of OpenPGP */
#define LIM_SUMS_PGP_BYTES  16384      /* what gpgv may say of one signature */
#define LIM_SUMS_LISTS      4096       /* lists of one transfer */
#define LIM_SUMS_LIST_BYTES (64 << 20) /* of one whose signature is checked */
#define LIM_SUMS_SIG_BYTES  65536      /* of a signature beside one */
#define LIM_SUMS_LINES      4000000    /* of all lists of a transfer */

/* --- proof of life, and verdicts used again (src/proc/desk, db/index) -------- */
#define LIM_SIGNATURE_AHEAD_S 86400   /* in another time zone they may be of so far ahead */
#define LIM_SHIFT_S           28800   /* scanners prove themselves at a sign-in so long after */
#define LIM_SCAN_CHANGES      3       /* of one scanner's signatures in one transfer */
#define LIM_REUSE_BYTES       65536   /* kept of one verdict, findings and facts with it */
#define LIM_REUSE_ROWS        4000000 /* verdicts kept; the oldest go */

/* --- signatures by stick (src/core/sigset, src/proc/signatures) --------------- */
#define LIM_SIGSET_FILES 128        /* of one set */
#define LIM_SIGSET_BYTES 32768      /* the list of them */
#define LIM_SIGSET_ALL   (2u << 30) /* bytes of all files of one set */
#define LIM_SIGSET_MS    120000     /* one must have been read and kept within this */
#define LIM_SIGSETS      64         /* that the record shows */
/* an engine must be seen to have loaded one within this: official ones take minutes */
#define LIM_SIGSET_LOAD_MS 600000

/* --- archives (scanners/zipwalk, scanners/unpack) -------------------------- */
#define LIM_ARCHIVE_MEMBERS      500000        /* of one archive */
#define LIM_ARCHIVE_DEPTH        8             /* containers inside containers */
#define LIM_ARCHIVE_BYTES        (64ull << 30) /* that may come out of one, or ... */
#define LIM_ARCHIVE_TIMES        20            /* ... so many times its own, if that is more */
#define LIM_ARCHIVE_NAMES_BYTES  (256 << 20)   /* names and link targets of one */
#define LIM_ARCHIVE_NODES        1000000       /* members and the folders they lie in */
#define LIM_ARCHIVE_STEPS        20000000      /* names looked up to see where its links lead */
#define LIM_ARCHIVE_PAX_BYTES    (1 << 20)     /* one additional header of a tar archive */
#define LIM_ARCHIVE_MEMORY_BYTES (512 << 20)   /* to unpack one stream */
#define LIM_ARCHIVE_HOLES        65536         /* pieces of one file with holes */

/* --- split sets (src/core/split) ------------------------------------------------ */
#define LIM_SPLIT_PARTS  1000   /* of one set that is joined */
#define LIM_SPLIT_SETS   10000  /* of one transfer that are joined */
#define LIM_SPLIT_NAMES  100000 /* files of one transfer that are named like parts */
#define LIM_SPLIT_ROUNDS 16     /* of sorting out sets that share parts */

/* --- what is inside objects (src/proc/desk/inside, src/core/contain) --------- */
#define LIM_INSIDE_MEMBERS                                                                    \
	2000000                    /* things inside the objects of one transfer, kept as rows \
	                            */
#define LIM_INSIDE_PENDING   65536 /* told by one scanner, their bytes still on the way */
#define LIM_INSIDE_LEAST     (64ull << 30) /* expanded bytes of one transfer: so many ... */
#define LIM_INSIDE_TIMES     20  /* ... or as often what was read, whichever is more */
#define LIM_INSIDE_WAY_BYTES 256 /* the names on the way to something inside, escaped */
#define LIM_INSIDE_EACH      8   /* findings inside one item of the same kind that are listed */
#define LIM_INSIDE_NOTES     3   /* of those that only note something (info) */
#define LIM_INSIDE_KINDS     256 /* kinds of findings inside one item */

#define LIM_COMPOSE_MS 20 /* the desk composes so long before it looks who is waiting */

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
#define LIM_BALLAST_BYTES      (16 << 20) /* kept under ledger/ for a full disk */
#define LIM_BALLAST_TIMES      64         /* on a disk that is so many times as large */
#define LIM_LEDGER_FLOOR_BYTES (16 << 20) /* the same under ledger/ */

/* --- a reading that is held (src/proc/desk) -------------------------------------- */
#define LIM_SCOPE          16384  /* items that are left out of one reading */
#define LIM_SCOPE_TOLD     1024   /* of them in one message to the reader */
#define LIM_SCOPE_NAMED    10     /* the largest of a medium, as its status names them */
#define LIM_UNLOCK_WRONG   5      /* secrets that do not fit before tries are slowed down */
#define LIM_PASSWORD_WRONG 5      /* that do not fit one archive before it takes no more */
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
#define LIM_GUESS_NAMES   256   /* names whose refused sign-ins are counted */
#define LIM_ADMINS        16    /* administrators of a station */
#define LIM_LINE_BYTES    16384 /* one line of a batch */
#define LIM_LINE_WORDS    256   /* and its words */
#define LIM_ASKS          64    /* questions of the screens that wait for the desk */
#define LIM_LINK_MESSAGES 16    /* taken from the desk between two frames */
#define LIM_OPTIONS       128   /* options and arguments of one command */
#define LIM_SCREEN_CELLS  1000  /* rows of a screen, and cells of a row */

/* --- time ------------------------------------------------------------------ */
#define LIM_TOKEN_MS       40000  /* a token waits for a touch; under LIM_CALL_MS */
#define LIM_TOKEN_CPU_S    30     /* of sallyport-token, which mostly waits */
#define LIM_CALL_MS        60000  /* a service that does not answer is dead */
#define LIM_ANSWER_MS      600000 /* the desk may seal two million items before it answers */
#define LIM_OPEN_MS        10000 /* a medium that cannot be opened within this does not answer */
#define LIM_SLOW_MS        2000  /* without an answer the desk is said to be slow */
#define LIM_STOP_MS        15000 /* services that do not end by themselves are killed */
#define LIM_ALONE_MS       3000  /* a desk whose stager has gone must go within this */
#define LIM_PAPERS_MS      5000  /* papers that could not be written are tried again */
#define LIM_CLOCK_STEP_S   2     /* a clock that moved by more is an entry */
#define LIM_COPY_WHY_BYTES 300   /* why the copy on a second medium failed */
#define LIM_WATCH_MS       10000 /* between two looks at clock and disk */
#define LIM_CLOCK_BACK_S   60    /* a clock that is set back by less is not worth a word */
#define LIM_TRIAL_MS       2000  /* a scanner that could not be started is tried again ... */
#define LIM_TRIAL_MOST_MS  30000 /* ... after twice the time, up to this */
#define LIM_FAULT_MS       2000  /* a fault the ledger had no room for is tried again */
#define LIM_UDEV_MS        5000  /* udevd, when it was not there, is looked for again */
#define LIM_FLAP_EACH_MS   5000  /* for one more entry about devices in the same port */
#define LIM_FLAP_CALM_MS   3000  /* nothing came or went: what was only counted is written */
#define LIM_FLAP_LATEST_MS 60000 /* and then, however often something comes and goes */
#define LIM_FAILURE_MS     1000  /* between two entries about refused sign-ins */
#define LIM_GUESS_FREE     3     /* refused sign-ins before the next has to wait ... */
#define LIM_GUESS_MS       60000 /* ... longer each time, at most so long */
#define LIM_PROGRESS_MS    200   /* between two progress messages to a terminal */
#define LIM_SCAN_RESPAWNS \
	8 /* workers of one scanner that may end in one transfer for no known reason */
#define LIM_SCAN_TEST_MS  60000 /* a scanner must start and prove itself within this */
#define LIM_READER_BUSY_S 60    /* of processor time in which a reader has to give something */
#define LIM_STALL_MS      5000  /* a medium that does not answer so long is said to stall */

#endif
