"""A directory in storage: taken in as a stream, replaced in one step, and indexed from where it lies.

Every load writes a whole new *generation* of records beside the one that is being read; one commit then says that the
new one counts. So a reader sees the old directory or the new one, never half of it, on any storage.
"""

from communityconnector.stored.following import Follower
from communityconnector.stored.generations import Shelf
from communityconnector.stored.indexing import opened_index
from communityconnector.stored.loading import Loaded, load

__all__ = ["Follower", "Loaded", "Shelf", "load", "opened_index"]
