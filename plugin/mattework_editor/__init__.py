"""The Mattework editor: a window in which a person gets from a photograph to a mask, and hands over a layered file.

Needs PyQt6 (`pip install "mattework[editor]"`). The modules that hold state and do the work know no Qt: `session`,
`history`, `engine`, `files`, `drafts`, `pyramid`, `compose`.
"""
