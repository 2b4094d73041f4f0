curl -X POST "https://df.apigw.ntruss.com/api/v2/accounts/resetPassword" \
-H "accept: application/json" \
-H "Content-Type: application/json" \
-H "x-ncp-apigw-timestamp:1505290625682" \
-H "x-ncp-iam-access-key:D78BB444D6D3C84CA38A" \
-H "x-ncp-apigw-signature-v2:WTPItrmMIfLUk/UyUIyoQbA/z5hq9o3G8eQMolUzTEo=" \
-d "{ \"id\": \"20nAZnjbUNFdc7RsILlC3A\", \"password\": \"**********\"}" \
