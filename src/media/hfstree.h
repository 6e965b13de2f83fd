/* SPDX-License-Identifier: ISC */
/*
 * The trees of an HFS+ volume before libtsk follows them: it goes from node to
 * node for as long as nodes lead on, in a circle for ever.
 */
#ifndef MEDIA_HFSTREE_H
#define MEDIA_HFSTREE_H

#include "src/media/volume.h"

#define HFSTREE_HEADER_BYTES 512 /* of the volume header, 1024 bytes into the volume */

/*
 * Reads every node that the lists of extents, the catalog and the attributes
 * lead to.  ERR_SYNTAX with ret_why when going through them would not end, or
 * they reach outside; what only hides names becomes a note of the volume.
 */
enum err hfstree_check(
    struct volume *, const uint8_t header[HFSTREE_HEADER_BYTES], const char **ret_why);

#endif
