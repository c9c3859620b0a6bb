/** The name and the sign of the project. */
export function Logo() {
  return (
    <span class="logo">
      <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" class="logo-ground" />
        <path
          d="M9 11h14M9 16h14M9 21h8"
          class="logo-lines"
          stroke-width="2.6"
          stroke-linecap="round"
        />
      </svg>
      Continuum
    </span>
  );
}
