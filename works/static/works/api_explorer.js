// Shows the description of the API; nothing is kept in the browser and no other host is asked.
"use strict";
(function () {
  const place = document.getElementById("api-explorer");
  SwaggerUIBundle({
    domNode: place,
    url: place.dataset.schema,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    persistAuthorization: false,
    validatorUrl: null,
    withCredentials: false,
  });
})();
