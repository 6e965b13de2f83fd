/* SPDX-License-Identifier: ISC */
#include "src/core/name_type.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define NAME_EXTENSION_SIZE 16 /* of one extension, NUL included; longer is none */

/*
 * An extension and the types it may have: words of ours, MIME types (with a
 * slash; one that ends in a slash stands for all of that kind), or "*text" for
 * everything a person can read.  A payload is something machines install or
 * load: an error page under such a name is a failed download.
 */
struct name_extension {
	const char *extension;
	const char *types;
	bool payload;
};

static const struct name_extension name_extensions[] = {
    /* documents */
    {"pdf", "pdf", true},
    {"rtf", "rtf", false},
    {"doc", "ole rtf", false},
    {"xls", "ole", false},
    {"ppt", "ole", false},
    {"docx", "docx", true},
    {"docm", "docx", true},
    {"xlsx", "xlsx", true},
    {"xlsm", "xlsx", true},
    {"pptx", "pptx", true},
    {"pptm", "pptx", true},
    {"odt", "odf", true},
    {"ods", "odf", true},
    {"odp", "odf", true},
    {"ps", "*text application/postscript", false},
    {"eps", "*text application/postscript image/x-eps", false},
    /* text */
    {"txt", "*text", false},
    {"text", "*text", false},
    {"md", "*text", false},
    {"rst", "*text", false},
    {"log", "*text", false},
    {"csv", "*text", false},
    {"tsv", "*text", false},
    {"json", "*text", false},
    {"jsonl", "*text", false},
    {"ipynb", "*text", false},
    {"xml", "*text", false},
    {"html", "*text", false},
    {"htm", "*text", false},
    {"css", "*text", false},
    {"yaml", "*text", false},
    {"yml", "*text", false},
    {"toml", "*text", false},
    {"ini", "*text", false},
    {"cfg", "*text", false},
    {"conf", "*text", false},
    {"tex", "*text", false},
    {"c", "*text", false},
    {"h", "*text", false},
    {"cc", "*text", false},
    {"cpp", "*text", false},
    {"hpp", "*text", false},
    {"rs", "*text", false},
    {"go", "*text", false},
    {"java", "*text", false},
    {"py", "*text", false},
    {"pyi", "*text", false},
    {"r", "*text", false},
    {"js", "*text", false},
    {"mjs", "*text", false},
    {"ts", "*text video/mp2t", false},
    {"sh", "*text", false},
    {"bat", "*text", false},
    {"cmd", "*text", false},
    {"ps1", "*text", false},
    {"sql", "*text", false},
    {"svg", "*text image/svg+xml", false},
    /* pictures, sound, film */
    {"png", "png", true},
    {"jpg", "jpeg", true},
    {"jpeg", "jpeg", true},
    {"gif", "gif", true},
    {"bmp", "image/", true},
    {"tif", "image/", true},
    {"tiff", "image/", true},
    {"webp", "image/", true},
    {"ico", "image/", true},
    {"mp3", "audio/", true},
    {"wav", "audio/", true},
    {"flac", "audio/", true},
    {"ogg", "audio/ video/ application/ogg", true},
    {"mp4", "video/ audio/", true},
    {"mkv", "video/ audio/", true},
    {"webm", "video/ audio/", true},
    {"avi", "video/", true},
    {"mov", "video/", true},
    /* packages and archives */
    {"whl", "wheel", true},
    {"conda", "conda", true},
    {"deb", "deb", true},
    {"udeb", "deb", true},
    {"rpm", "application/x-rpm", true},
    {"jar", "jar", true},
    {"war", "jar zip", true},
    {"jmod", "jmod", true},
    {"crx", "crx", true},
    {"zip", "zip wheel conda npz torch torch-serve keras skops jar docx xlsx pptx odf", true},
    {"egg", "zip jar wheel", true},
    {"apk", "zip jar gzip application/vnd.android.package-archive", true},
    {"tar", "tar", true},
    {"tgz", "gzip", true},
    {"gz", "gzip", true},
    {"bz2", "bzip2", true},
    {"tbz2", "bzip2", true},
    {"xz", "xz", true},
    {"txz", "xz", true},
    {"zst", "zstd", true},
    {"7z", "7z", true},
    {"rar", "rar", true},
    {"iso", "iso9660 application/x-iso9660-image", true},
    /* models and data */
    {"safetensors", "safetensors", true},
    {"gguf", "gguf", true},
    {"npy", "npy", true},
    {"npz", "npz", true},
    {"parquet", "parquet", true},
    {"arrow", "arrow", true},
    {"feather", "arrow feather", true},
    {"h5", "hdf5", true},
    {"hdf5", "hdf5", true},
    {"keras", "hdf5 zip keras", true},
    {"skops", "skops", true},
    {"onnx", "onnx", true},
    {"pkl", "pickle", true},
    {"pickle", "pickle", true},
    {"joblib", "pickle gzip bzip2 xz zip data", true},
    {"pt", "torch torch-legacy torch-tar pickle tar", true},
    {"pth", "torch torch-legacy torch-tar pickle tar", true},
    {"sqlite", "sqlite", true},
    {"sqlite3", "sqlite", true},
    /* programs */
    {"exe", "pe dos", false},
    {"dll", "pe", false},
    {"scr", "pe", false},
    {"sys", "pe", false},
    {"pyd", "pe", false},
    {"msi", "ole", false},
    {"so", "elf *text", false},
    {"o", "elf macho application/x-coff", false},
    {"ko", "elf", false},
    {"dylib", "macho", false},
    {"class", "java-class", false},
    {"wasm", "wasm", false},
};

/* Types a machine can run as they are. */
static const char *const name_programs[] = {
    "elf", "pe", "dos", "macho", "script", "java-class", "wasm"};
static const char *const name_readable[] = {
    "text", "json", "xml", "html", "script", "lfs-pointer", "clearsigned", "empty"};

/* What is opened by a double click and runs; what people take for a document. */
static const char *const name_runs[] = {"exe", "com", "scr", "pif", "bat", "cmd", "ps1", "vbs",
    "vbe", "js", "jse", "wsf", "wsh", "hta", "msi", "lnk", "cpl", "jar", "reg", "url", "sh",
    "desktop"};
static const char *const name_papers[] = {"pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx",
    "odt", "ods", "txt", "rtf", "csv", "jpg", "jpeg", "png", "gif", "zip", "htm", "html", "mp3",
    "mp4", "avi", "mov"};

static const char *const name_partial[] = {
    "part", "partial", "crdownload", "download", "incomplete", "aria2", "!ut", "tmp"};

static const struct {
	const char *name; /* whole name, or "*.ext" */
	const char *severity, *title;
} name_leavings[] = {
    {".DS_Store", "low", "Leavings of macOS"},
    {".Trashes", "low", "Leavings of macOS"},
    {".Spotlight-V100", "low", "Leavings of macOS"},
    {".fseventsd", "low", "Leavings of macOS"},
    {"__MACOSX", "low", "Leavings of macOS"},
    {"Thumbs.db", "low", "Leavings of Windows"},
    {"desktop.ini", "low", "Leavings of Windows"},
    {"$RECYCLE.BIN", "low", "Leavings of Windows"},
    {"System Volume Information", "low", "Leavings of Windows"},
    {"autorun.inf", "medium", "Starts programs when a medium is inserted"},
    {"*.lnk", "medium", "A shortcut can start any program"},
    {"*.url", "medium", "A shortcut can start any program"},
    {"*.scf", "medium", "A shortcut can start any program"},
};

static bool
name_in(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

/*
 * The extension that ends at *end, in lower case, and moves *end before its
 * dot.  Spaces and dots at the end do not count, as on Windows.
 */
static bool
name_extension(const uint8_t *p, size_t *end, char out[NAME_EXTENSION_SIZE])
{
	size_t e = *end;
	while (e > 0 && (p[e - 1] == ' ' || p[e - 1] == '.'))
		e--;
	const uint8_t *dot = memrchr(p, '.', e);
	if (dot == NULL || dot == p)
		return false;
	size_t at = (size_t)(dot - p), len = e - at - 1;
	if (len == 0 || len >= NAME_EXTENSION_SIZE)
		return false;
	for (size_t i = 0; i < len; i++)
		out[i] = (char)tolower(p[at + 1 + i]);
	out[len] = '\0';
	if (strlen(out) != len)
		return false;
	*end = at;
	return true;
}

static bool
name_is(const uint8_t *p, size_t n, const char *word)
{
	return strlen(word) == n && strncasecmp((const char *)p, word, n) == 0;
}

/* One word of a list of types against type and MIME. */
static bool
name_type_fits(const char *word, size_t n, const char *type, const char *mime)
{
	const char *slash = memchr(word, '/', n);
	if (n == 5 && memcmp(word, "*text", 5) == 0)
		return name_in(type, name_readable, COUNT(name_readable)) ||
		       strncmp(mime, "text/", 5) == 0;
	if (slash == NULL)
		return strlen(type) == n && memcmp(type, word, n) == 0;
	if (word[n - 1] == '/')
		return strncmp(mime, word, n) == 0;
	return strlen(mime) == n && memcmp(mime, word, n) == 0;
}

static bool
name_type_accepted(const char *types, const char *type, const char *mime)
{
	while (*types != '\0') {
		size_t n = strcspn(types, " ");
		if (name_type_fits(types, n, type, mime))
			return true;
		types += n + (types[n] == ' ');
	}
	return false;
}

static void
name_type_mismatch(
    const char *extension, const char *type, const char *mime, name_type_fn *fn, void *arg)
{
	const struct name_extension *x = NULL;
	char detail[160];
	for (size_t i = 0; i < COUNT(name_extensions); i++)
		if (strcmp(name_extensions[i].extension, extension) == 0)
			x = &name_extensions[i];
	if (x == NULL || name_type_accepted(x->types, type, mime))
		return;
	snprintf(detail, sizeof(detail), "the name says %s, the content is %.32s (%.80s)",
	    x->extension, type, mime);
	if (strcmp(type, "empty") == 0)
		fn(arg, "mismatch/empty", "incomplete", "low",
		    "An empty file under the name of something that is not", detail);
	else if (x->payload && (strcmp(type, "html") == 0 || strcmp(type, "xml") == 0 ||
				   strcmp(type, "json") == 0))
		fn(arg, "mismatch/error-page", "incomplete", "medium",
		    "Looks like an error page saved in place of the download", detail);
	else if (name_in(type, name_programs, COUNT(name_programs)))
		fn(arg, "mismatch/program", "mismatch", "high",
		    "A program under the name of something else", detail);
	else
		fn(arg, "mismatch/type", "mismatch", "medium",
		    "The content is not what the name says", detail);
}

static void
name_judge_known(const uint8_t *p, size_t n, name_type_fn *fn, void *arg)
{
	for (size_t i = 0; i < COUNT(name_leavings); i++) {
		const char *w = name_leavings[i].name;
		size_t len = strlen(w + 1);
		if (w[0] == '*' ? n > len && name_is(p + n - len, len, w + 1)
				: name_is(p, n, w))
			fn(arg, "name/leavings", "policy", name_leavings[i].severity,
			    name_leavings[i].title, "");
	}
	if (n > 2 && p[0] == '.' && p[1] == '_')
		fn(arg, "name/leavings", "policy", "low", "Leavings of macOS", "");
}

void
name_type_judge(const uint8_t *name, size_t len, const char *kind, const char *type,
    const char *mime, bool executable, name_type_fn *fn, void *arg)
{
	char extension[NAME_EXTENSION_SIZE], before[NAME_EXTENSION_SIZE];
	size_t end = len;
	name_judge_known(name, len, fn, arg);
	if (strcmp(kind, "file") != 0)
		return;
	type = type != NULL ? type : "";
	mime = mime != NULL ? mime : "";
	if (executable && name_in(type, name_programs, COUNT(name_programs)))
		fn(arg, "policy/program", "policy", "info",
		    "A program that can be run as it is", "");
	if (len > 2 && name[0] == '~' && name[1] == '$')
		fn(arg, "name/partial", "incomplete", "low", "A temporary file of an editor",
		    "");
	if (!name_extension(name, &end, extension))
		return;
	if (name_in(extension, name_partial, COUNT(name_partial)))
		fn(arg, "name/partial", "incomplete", "medium",
		    "Named like an unfinished download", "");
	if (name_in(extension, name_runs, COUNT(name_runs)) &&
	    name_extension(name, &end, before) &&
	    name_in(before, name_papers, COUNT(name_papers)))
		fn(arg, "name/double-extension", "name", "medium",
		    "A program named to look like a document", "");
	if (type[0] != '\0')
		name_type_mismatch(extension, type, mime, fn, arg);
}
