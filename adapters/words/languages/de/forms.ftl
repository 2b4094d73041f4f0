### Was in Formularen steht, in unseren und in denen eines Dienstes, auf Deutsch.

## Wie viele Zeichen ein Passwort haben muss

password-length-between = { $most ->
        [one] Ein Zeichen.
       *[other] { $least } bis { $most } Zeichen.
    }
password-length-at-least = Mindestens { $least ->
        [one] ein
       *[other] { $least }
    } Zeichen. Ein paar Wörter hintereinander lassen sich gut merken.

## Was gar kein Passwort sein kann

password-empty = Geben Sie ein Passwort ein.
password-too-large = Das Passwort ist zu lang: höchstens { $most ->
        [one] ein Byte ist
       *[other] { $most } Bytes sind
    } möglich.
password-bad-character = Das Passwort enthält ein Zeichen, das sich nicht wieder eintippen lässt, etwa ein unsichtbares.
password-unusable = Das kann kein Passwort sein.

## Was an einem Passwort nicht stimmt

violation-too-short = Es hat { $actual ->
        [one] nur ein Zeichen
       *[other] nur { $actual } Zeichen
    }; mindestens { $least ->
        [one] eines ist
       *[other] { $least } sind
    } nötig.
violation-too-long = Es hat { $actual ->
        [one] ein
       *[other] { $actual }
    } Zeichen; höchstens { $most ->
        [one] eines ist
       *[other] { $most } sind
    } erlaubt.
violation-too-few-classes = Verwenden Sie mindestens { $least ->
        [one] eine
       *[other] { $least }
    } dieser Arten von Zeichen: { $kinds }.
violation-classes-missing = Bisher fehlen: { $kinds }.
kind-upper = Großbuchstaben
kind-lower = Kleinbuchstaben
kind-letter = Buchstaben
kind-digit = Ziffern
kind-special = Sonderzeichen
violation-banned-character = Es enthält ein Zeichen, das nicht erlaubt ist. Nicht erlaubt sind: { $banned }
violation-common = Dieses Passwort benutzen viele.
violation-common-parts = Es ist zu leicht zu erraten, denn es besteht nur aus: { $parts }.
part-listed = gängigen Wörtern
part-walk = Reihen auf der Tastatur oder im Alphabet
part-repetition = Wiederholungen
part-year = Jahreszahlen
part-digits = Ziffern
violation-predictable = Es besteht aus dem Namen des Dienstes oder aus Ihrer Adresse.
violation-too-similar = Es ist dem Namen des Dienstes oder Ihrer Adresse zu ähnlich.
violation-same-as-current = Das ist Ihr jetziges Passwort.
violation-used-before = Dieses Passwort hatten Sie schon einmal.
violation-breached = Es ist aus einem Datenleck bekannt. Jeder könnte es ausprobieren.
violation-too-soon = Ihr jetziges Passwort lässt sich erst nach diesem Zeitpunkt ändern: { $until }.
violation-host = Es wird nicht angenommen: { $says }.
violation-unknown = Es entspricht nicht den Regeln für Passwörter.

list = { $items }, { $next }

## Wie lange man warten muss

wait-seconds = Versuchen Sie es in { $seconds ->
        [one] einer Sekunde
       *[other] { $seconds } Sekunden
    } noch einmal.
wait-minutes = Versuchen Sie es in { $minutes ->
        [one] einer Minute
       *[other] { $minutes } Minuten
    } noch einmal.
wait-hours = Versuchen Sie es in { $hours ->
        [one] einer Stunde
       *[other] { $hours } Stunden
    } noch einmal.
