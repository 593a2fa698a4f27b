// Has the note of a plugin and nothing else.
#include "runtime/plugin_entry.h"

#ifdef RONDO_LOADABLE_PLUGIN
RONDO_PLUGIN_NOTE_();
#endif
