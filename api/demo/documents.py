"""The GraphQL documents of the demo."""

ERRORS = "userErrors { code message path }"

TENANT_CREATE = (
    f"mutation($input: TenantCreateInput!) {{ tenantCreate(input: $input) {{ tenant {{ id name }} {ERRORS} }} }}"
)

PROFILE_CREATE = f"""mutation($input: CallingProfileCreateInput!) {{
  callingProfileCreate(input: $input) {{ callingProfile {{ id name sbcDevices {{ name trunks }} }} {ERRORS} }}
}}"""

CUSTOMER_CREATE = f"""mutation($input: CustomerCreateInput!) {{
  customerCreate(input: $input) {{ customer {{ id fullName adminEmail }} {ERRORS} }}
}}"""

ONBOARD = f"""mutation($input: ServiceOnboardInput!) {{
  serviceOnboard(input: $input) {{ service {{ id status }} {ERRORS} }}
}}"""

ATTACH = f"""mutation($input: LocationAttachInput!) {{
  locationAttach(input: $input) {{ location {{ id name country callingCode pstnConnection }} {ERRORS} }}
}}"""

CONNECTION_CREATE = f"""mutation($input: SipConnectionCreateInput!) {{
  sipConnectionCreate(input: $input) {{ sipConnection {{ id name }} {ERRORS} }}
}}"""

START = f"mutation($input: UploadStartInput!) {{ uploadStart(input: $input) {{ upload {{ id }} {ERRORS} }} }}"

ADD = f"mutation($input: UploadAddNumbersInput!) {{ uploadAddNumbers(input: $input) {{ upload {{ id }} {ERRORS} }} }}"

IMPORT = f"mutation($input: UploadImportInput!) {{ uploadImport(input: $input) {{ upload {{ id }} {ERRORS} }} }}"

VALIDATE = f"""mutation($input: UploadValidateInput!) {{
  uploadValidate(input: $input) {{ upload {{
    counts {{ total valid invalid warnings }}
    ranges {{ first last size }}
    entries(verdict: INVALID, first: 100) {{ nodes {{ line raw first last size code message }} }}
  }} {ERRORS} }}
}}"""

SUBMIT = f"""mutation($input: UploadSubmitInput!) {{
  uploadSubmit(input: $input) {{ upload {{ status counts {{ submitted }} }} {ERRORS} }}
}}"""

TENANTS = "{ tenants { nodes { id name kind } } }"

LOCATIONS = """query($by: ServiceBy!) { service(by: $by) {
  locations { nodes { id name country callingCode pstnConnection attached mainNumber } }
} }"""

SERVICES = """query($filter: ServicesFilter) { services(filter: $filter) { nodes {
  fullName name customer { name } channelName mode status organizationId consentedAt lastModifiedAt
} } }"""

NUMBERS = """query($filter: NumbersFilter, $after: String) {
  numbers(filter: $filter, orderBy: NUMBER, first: 100, after: $after) {
    totalCount
    nodes { number callingCode areaCode subscriberNumber type status syncState
      location { name } callingProfile { name } }
    pageInfo { hasNextPage endCursor }
  }
}"""

STATUS = """subscription($services: [ServiceBy!]!) {
  serviceStatusChanged(services: $services) { status at cursor }
}"""

PROGRESS = """subscription($upload: UploadBy!) {
  uploadProgressed(upload: $upload) { status counts { submitted added failed pending } cursor }
}"""
