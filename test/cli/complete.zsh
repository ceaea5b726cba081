# Types a line and Tab into an interactive zsh that has loaded a completion script, and waits for what is added to it.
# zsh -f complete.zsh SCRIPT LINE ADDED
zmodload zsh/zpty
zpty -b shell "TERM=dumb zsh -f -i"

# $1 is a pattern.
wait_for() {
  local text part
  repeat 400; do
    while zpty -r -t shell part 2>/dev/null; do text+=$part; done
    [[ $text == *${~1}* ]] && { print -r -- "$text"; return 0 }
    sleep 0.05
  done
  print -r -- "$text"
  return 1
}

zpty -w shell "PS1='> '; autoload -Uz compinit; compinit -u -D; source '$1'; print REA''DY"
# Not before its line editor is on (it then asks for bracketed paste): until there the terminal would show what is typed.
wait_for $'READY*\e\\[\\?2004h' >/dev/null || exit 1
zpty -w -n shell "$2"$'\t'
wait_for "$3"
exit
