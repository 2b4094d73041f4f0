### Alla mejl på svenska.

## För alla mejl

sentences = { $first } { $second }
fact = { $label }: { $value }
above-link = { $label }:
back = Tillbaka till { $service }
link-works-once = Länken fungerar en gång, fram till { $until }.
not-expected = Om du inte väntade dig det här mejlet kan någon ha skrivit in din adress av misstag. Du behöver inte göra något; då händer ingenting.

fact-when = När
fact-by = Vem
fact-from = Varifrån
by-stranger = någon som inte var inloggad
by-code-bearer = någon som använde en länk som mejlats till dig
by-owner = någon som var inloggad på kontot
by-administrator = personalen hos { $service }

## Vem man vänder sig till

turn-to = { $channel ->
        [email] skriv till { $contact }
        [page] gå till { $contact }
       *[none] kontakta { $service }
    }
contact-if-mails-go-on = Om sådana mejl fortsätter att komma, { turn-to }.
contact-if-it-goes-on = Om det fortsätter, { turn-to }.
contact-if-too-late = Om länken inte fungerar längre, { turn-to }.
contact-if-no-password = Om du inte kan få ett, { turn-to }.
contact-if-no-link = Om länken inte kommer, { turn-to }.
contact-if-no-log-in = Om du inte kan logga in, { turn-to }.

## En länk för att välja det första lösenordet

password-set-subject = Välj ditt lösenord
password-set-tells = Nu kan du välja lösenordet till ditt konto hos { $service }.
password-set-button = Välj lösenord
password-set-unasked = { not-expected }

## En länk för att välja ett nytt lösenord

password-reset-subject = Välj ett nytt lösenord
password-reset-tells = Någon har begärt ett nytt lösenord till ditt konto hos { $service }.
password-reset-button = Välj ett nytt lösenord
password-reset-unasked = Om det inte var du behöver du inte göra något: ditt lösenord förblir som det är.

## En länk för att själv sköta lösenordet i stället för personalen

password-management-subject = Ta över ditt lösenord
password-management-tells = Från och med nu kan du själv sköta lösenordet till ditt konto hos { $service }. Välj ett, så känner ingen annan till det.
password-management-button = Välj lösenord
password-management-unasked = Tills dess förblir allt som det är.

## Till den nya adressen

email-confirm-subject = Bekräfta din nya adress
email-confirm-tells = Den här adressen har angetts som ny adress för ett konto hos { $service }.
email-confirm-button = Bekräfta adressen
email-confirm-unasked = { not-expected }

## Till den nuvarande adressen, innan den nya har bekräftats

email-cancel-subject = Din adress är på väg att ändras
email-cancel-tells = Ditt konto hos { $service } ska få en annan e-postadress så snart den adressen har bekräftats. Om det var du som bad om det behöver du inte göra något här.
email-cancel-unasked = Om det inte var du, stoppa ändringen och byt sedan lösenord:
email-cancel-button = Behåll min adress

## Till den gamla adressen, när den nya har bekräftats

email-revert-subject = Din adress har ändrats
email-revert-tells = Ditt konto hos { $service } har nu en annan e-postadress. Mejl om kontot kommer inte längre hit.
email-revert-unasked = Om det inte var du, ta tillbaka ditt konto. Då loggas alla ut, och du väljer ett nytt lösenord:
email-revert-button = Ta tillbaka min adress

## När någon som var inloggad har stängt kontot

reopen-subject = Ditt konto är stängt
reopen-tells = Ditt konto hos { $service } har stängts av någon som var inloggad och kunde lösenordet. Det kan öppnas igen fram till { $until }; därefter raderas allt som är känt om det.
reopen-unasked = Om det inte var du, eller om du vill ha tillbaka kontot, öppna det igen med ett nytt lösenord:
reopen-button = Öppna mitt konto igen

## En länk som visar att mejl till kontots adress kommer fram

email-proof-subject = Bekräfta din adress
email-proof-tells = Ditt konto hos { $service } har den här adressen, och ingen har ännu bekräftat att mejl når dig här. När du öppnar länken ombeds du logga in.
email-proof-button = Bekräfta adressen
email-proof-unasked = { not-expected }

## Lösenordet har ändrats

password-changed-subject = Ditt lösenord har ändrats
password-changed-tells = Lösenordet till ditt konto hos { $service } har ändrats.
password-changed-dropped = Ditt konto var på väg att få en annan e-postadress. Det avbröts i och med att det gamla lösenordet byttes: adressen förblir som den är.
password-changed-unasked = Om det inte var du, begär genast ett nytt lösenord hos { $service }.

## Till den gamla adressen: personalen har ersatt den med en annan

email-replaced-subject = Din adress har ersatts
email-replaced-tells = Personalen hos { $service } har ersatt den här adressen med en annan. Mejl om ditt konto kommer inte längre hit.
email-replaced-unasked = Om du inte har bett om det, { turn-to }.

## Till en adress som någon vill ha till sitt konto, och som ett annat konto redan har

email-taken-subject = Den här adressen har redan ett konto
email-taken-tells = Den här adressen har angetts som ny adress för ett konto hos { $service }, men den hör redan till ett annat konto. Därför har ingenting ändrats.
email-taken-unasked = { nothing-to-do }

nothing-to-do = Om det inte var du behöver du inte göra något.

## Till en adress som någon har registrerat, och som redan har ett konto

already-registered-subject = Du har redan ett konto
already-registered-tells = Någon ville öppna ett konto hos { $service } med den här adressen. Det finns redan ett, så ingenting har ändrats. Om du har glömt lösenordet, begär ett nytt hos { $service }.
already-registered-unasked = { nothing-to-do }

## Till en adress som någon har registrerat, och vars konto personalen har stängt

closed-by-staff-subject = Ditt konto är stängt
closed-by-staff-tells = Någon ville öppna ett konto hos { $service } med den här adressen. Det finns redan ett, som personalen hos { $service } har stängt, så ingenting har ändrats. Bara de kan öppna det igen.
closed-by-staff-needed = Om det var du och du behöver kontot, { turn-to }.
closed-by-staff-unasked = { nothing-to-do }

## För många misslyckade inloggningar

locked-subject = För många misslyckade inloggningar
locked-tells = Någon har för många gånger försökt logga in på ditt konto hos { $service } med fel lösenord. Därför spärrades inloggningar från okända enheter en stund; lösenordet är oförändrat.
locked-unasked = Om det var du, vänta lite och försök igen, eller begär ett nytt lösenord. Om det inte var du håller ett bra lösenord dem ute: du behöver inte göra något.

## Så många misslyckade inloggningar att lösenordet måste bytas

disabled-subject = Ditt lösenord måste bytas
disabled-tells = Någon har så många gånger försökt logga in på ditt konto hos { $service } med fel lösenord att ingen längre kommer in från okända enheter med det nuvarande lösenordet. Så förblir det tills det har bytts.
disabled-link-follows = En länk för att välja ett annat lösenord kommer i ett eget mejl. När du har valt ett kommer du in som vanligt. Om inloggningarna inte var dina: ingen kom in genom dem.
disabled-ask = Begär ett nytt lösenord hos { $service }. När du har fått ett kommer du in som vanligt. Om inloggningarna inte var dina: ingen kom in genom dem.

## Kontot har stängts

closed-subject = Ditt konto är stängt
closed-tells = Ditt konto hos { $service } är stängt. Det kan öppnas igen fram till { $until }; därefter raderas allt som är känt om det.
closed-unasked = Om det inte var du, { turn-to } innan dess.

## Lösenordet går snart ut

password-expires-subject = Ditt lösenord går snart ut
password-expires-tells = Lösenordet till ditt konto hos { $service } går ut { $until }. Logga in före dess och byt det, annars ombeds du göra det vid nästa inloggning.

## Till personalen: mejl till ett kontos adress hålls inne

sending-stopped-subject = Mejl till kontot { $account } hålls inne
sending-stopped-tells = { $scope ->
        [sign-up] Mejl som registreringar av främmande orsakar
        [reset] Mejl som begäran om nytt lösenord orsakar
        [email-change] Mejl som ändringar av andras adresser orsakar
        [log-in] Mejl som misslyckade inloggningar orsakar
       *[all] Mejl
    } till adressen för kontot { $account } hos { $service } hålls inne från och med nu: { $cause ->
        [rejected] ägaren eller e-postservern avvisar våra mejl
       *[no-such-mailbox] brevlådan finns inte
    }.
sending-stopped-remedy = När ägaren har fått en annan adress, eller när brevlådan tar emot mejl igen, ersätt adressen eller häv spärren.

## Till personalen: ett mejl har getts upp

mail-expired-subject = Ett mejl till kontot { $account } har getts upp
mail-expired-tells = Ett mejl till kontot { $account } hos { $service } har getts upp ({ $purpose }): länken hade gått ut innan en e-postserver tog emot det.
mail-expired-remedy = Det kan ha gått likadant för andra mejl; detta meddelas högst en gång i timmen. Mejlen som har getts upp finns i utkorgen. Ett som köas på nytt får en ny länk om mottagaren fortfarande behöver den.
