### Det som sägs i formulär, våra och tjänsters egna, på svenska.

## Hur många tecken ett lösenord ska ha

password-length-between = { $most ->
        [one] Ett tecken.
       *[other] { $least } till { $most } tecken.
    }
password-length-at-least = Minst { $least ->
        [one] ett
       *[other] { $least }
    } tecken. Några ord i rad är lätta att minnas.

## Det som inte kan vara ett lösenord

password-empty = Skriv ett lösenord.
password-too-large = Lösenordet är för långt: högst { $most ->
        [one] en
       *[other] { $most }
    } byte går att använda.
password-bad-character = Lösenordet innehåller ett tecken som inte går att skriva igen, till exempel ett osynligt.
password-unusable = Det här kan inte vara ett lösenord.

## Vad som är fel med ett lösenord

violation-too-short = Det har { $actual ->
        [one] bara ett tecken
       *[other] bara { $actual } tecken
    }; minst { $least ->
        [one] ett
       *[other] { $least }
    } behövs.
violation-too-long = Det har { $actual ->
        [one] ett
       *[other] { $actual }
    } tecken; högst { $most ->
        [one] ett är tillåtet
       *[other] { $most } är tillåtna
    }.
violation-too-few-classes = Använd minst { $least ->
        [one] en
       *[other] { $least }
    } av dessa typer av tecken: { $kinds }.
violation-classes-missing = Saknas än så länge: { $kinds }.
kind-upper = stora bokstäver
kind-lower = små bokstäver
kind-letter = bokstäver
kind-digit = siffror
kind-special = specialtecken
violation-banned-character = Det innehåller ett tecken som inte är tillåtet. Otillåtna är: { $banned }
violation-common = Det är ett lösenord som många använder.
violation-common-parts = Det är för lätt att gissa: det består bara av { $parts }.
part-listed = vanliga ord
part-walk = rader på tangentbordet eller i alfabetet
part-repetition = upprepningar
part-year = årtal
part-digits = siffror
violation-predictable = Det består av tjänstens namn eller din adress.
violation-too-similar = Det är för likt tjänstens namn eller din adress.
violation-same-as-current = Det är ditt nuvarande lösenord.
violation-used-before = Det har du använt förut.
violation-breached = Det är känt från en dataläcka. Vem som helst kan pröva det.
violation-too-soon = Ditt nuvarande lösenord kan inte bytas före { $until }.
violation-host = Det godtas inte: { $says }.
violation-unknown = Det uppfyller inte reglerna för lösenord.

list = { $items }, { $next }

## Hur länge man får vänta

wait-seconds = Försök igen om { $seconds ->
        [one] en sekund
       *[other] { $seconds } sekunder
    }.
wait-minutes = Försök igen om { $minutes ->
        [one] en minut
       *[other] { $minutes } minuter
    }.
wait-hours = Försök igen om { $hours ->
        [one] en timme
       *[other] { $hours } timmar
    }.
