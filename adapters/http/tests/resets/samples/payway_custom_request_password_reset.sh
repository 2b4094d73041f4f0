curl --request POST \
--url https://payway-api.stage.adeprimo.se/external/api/v1/accounts/custom_request_password_reset \
--header 'accept: application/json' \
--header 'authorization: Bearer token' \
--header 'content-type: application/json' \
--data '{
"email": "test@example.com",
"reset_password_url": "https://www.yoursite.se/reset_password",
"return_url": "https://www.yoursite.se/return_url"
}'
