import { Component, type ReactNode } from 'react'
import { PageTrouble } from './PageTrouble.tsx'

interface Props {
  readonly children: ReactNode
}

/** Around a page, so that what breaks in it takes neither the navigation nor the words about it along. */
export class PageBoundary extends Component<Props, { readonly broken?: { readonly error: unknown } }> {
  override state: { readonly broken?: { readonly error: unknown } } = {}

  static getDerivedStateFromError(error: unknown): { readonly broken: { readonly error: unknown } } {
    return { broken: { error } }
  }

  override render(): ReactNode {
    const { broken } = this.state
    return broken === undefined ? this.props.children : <PageTrouble error={broken.error} />
  }
}
