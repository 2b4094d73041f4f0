### What is said in forms, ours and a host’s own, in English: what is wrong with a password, and how long to wait.

## How many characters a password must have, before anybody types

password-length-between = { $most ->
        [one] One character.
       *[other] { $least } to { $most } characters.
    }
password-length-at-least = At least { $least ->
        [one] one character
       *[other] { $least } characters
    }. A few words in a row are easy to remember.

## What can’t be a password at all

password-empty = Type a password.
# $most is a number of bytes.
password-too-large = The password is too long: at most { $most ->
        [one] one byte
       *[other] { $most } bytes
    } can be taken.
password-bad-character = The password has a character that can’t be typed again: an invisible one, or one that no script has.
password-unusable = This can’t be a password.

## What is wrong with a password: “it” is the password that was typed

violation-too-short = It has { $actual ->
        [one] one character
       *[other] { $actual } characters
    }; at least { $least ->
        [one] one is
       *[other] { $least } are
    } needed.
violation-too-long = It has { $actual ->
        [one] one character
       *[other] { $actual } characters
    }; at most { $most ->
        [one] one is
       *[other] { $most } are
    } allowed.
# $kinds is a list of those below.
violation-too-few-classes = Use at least { $least ->
        [one] one
       *[other] { $least }
    } of these kinds of characters: { $kinds }.
violation-classes-missing = Not used so far: { $kinds }.
kind-upper = capital letters
kind-lower = small letters
kind-letter = letters
kind-digit = digits
kind-special = punctuation marks
violation-banned-character = It has a character that is not allowed; these are not: { $banned }
violation-common = It is a password that many people use.
# $parts is a list of those below.
violation-common-parts = It is too easy to guess: it is made of nothing but { $parts }.
part-listed = common words
part-walk = runs along the keyboard or the alphabet
part-repetition = repetitions
part-year = years
part-digits = digits
violation-predictable = It is made of the service’s name or your address.
violation-too-similar = It is too much like the service’s name or your address.
violation-same-as-current = It is your current password.
violation-used-before = You have used it before.
violation-breached = It is known from a data breach. Anybody may try it.
violation-too-soon = Your current password can’t be changed before { $until }.
# A rule of the host’s own. $says is in the host’s words, and no sentence.
violation-host = It is not accepted: { $says }.
violation-unknown = It does not meet the rules for passwords here.

# One more item at the end of a list.
list = { $items }, { $next }

## How long to wait

wait-seconds = Try again in { $seconds ->
        [one] a second
       *[other] { $seconds } seconds
    }.
wait-minutes = Try again in { $minutes ->
        [one] a minute
       *[other] { $minutes } minutes
    }.
wait-hours = Try again in { $hours ->
        [one] an hour
       *[other] { $hours } hours
    }.
