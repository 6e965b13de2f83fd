/* SPDX-License-Identifier: ISC */
/*
 * The stager's own way to the scanners: what policy has scanned again at release
 * is scanned by processes that neither the desk nor the vault has a socket to.
 * For each such scan the parent starts the scanners and one sallyport-rescan,
 * which alone speaks with them, and gives the stager its socket.  They go together.
 */
#ifndef PARENT_BRIDGE_H
#define PARENT_BRIDGE_H

struct bridge;
struct loop;
struct station;

struct bridge_plan {
	struct loop *loop;
	const struct station *station;
	const char *scanners;       /* the folder of the manifests */
	int stager_fd;              /* taken over */
	void (*crowded)(void *arg); /* the kernel gives scanners no namespaces */
	void *arg;
};

/* Serves the stager.  What the plan points to stays the caller's, and must live as long. */
struct bridge *bridge_new(const struct bridge_plan *);
/* NULL is fine.  Always returns NULL. */
struct bridge *bridge_free(struct bridge *);

#endif
