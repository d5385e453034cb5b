package dev.banyan.rules.imports;

/** What rules can be made of. */
public enum ImportForm {
    /** The {@code application.yaml} of a Spring Cloud Gateway. */
    SPRING_CLOUD_GATEWAY("spring-cloud-gateway"),
    /** HTTPRoutes of the Kubernetes Gateway API. */
    GATEWAY_API("gateway-api"),
    /** OpenAPI documents, 3.0 and later. */
    OPENAPI("openapi"),
    /** What the API of AWS Migration Hub Refactor Spaces answers. */
    REFACTOR_SPACES("refactor-spaces");

    private final String option;

    ImportForm(String option) {
        this.option = option;
    }

    /** As the command line says it: {@code gateway-api}. */
    @Override
    public String toString() {
        return option;
    }
}
