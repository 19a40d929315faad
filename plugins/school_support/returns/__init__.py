"""What schools and officers send the authority: the form, the folder it is dropped in, the answer, and no pupil ever."""
