/* SPDX-License-Identifier: ISC */
/* The medium of a test: bad sectors (FAULTS), and what is read of it. */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

/* Reads so far, and the bytes they asked for. */
void faults_count(unsigned long long *ret_reads, unsigned long long *ret_bytes);
/* From now on "read OFFSET BYTES" is printed for every read. */
void faults_trace(void);

#endif
